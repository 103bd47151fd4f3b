"""Every round and answer of a store as a table, for other programs. The same draws give the same bytes.

For that, nothing is in it that differs between them: no run, no row number, no time of day.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final, NamedTuple

from arena.errors import StoreError
from arena.games import Game, parse_game
from arena.records import Outcome
from arena.store.codec import decode_answers, decoding, from_floats, from_integers, identity
from arena.store.failures import file_sentence
from arena.store.rows import TASK_KIND, CellRow, RunRow
from arena.store.sinks import FORMATS, Columns, Write
from arena.store.store import Store

# Of the subject, where a column could be either seat's. `move` and `reply` are empty for a forfeit, `policy`
# to `loose_mass` for a subject without a policy. `text` is the last answer drawn: the one that was played, or
# in a forfeit the last that was refused.
ROUND_COLUMNS: Final[Columns] = {
    "cell": "text",
    "subject": "text",
    "opponent": "text",
    "game": "text",
    "match": "integer",
    "round": "integer",
    "move": "text",
    "reply": "text",
    "outcome": "text",
    "policy": "floats",
    "determinism": "float",
    "mass": "float",
    "loose_mass": "float",
    "answers_drawn": "integer",
    "invalid_answers": "integer",
    "forfeit": "boolean",
    "text": "text",
    "prompt_sha256": "text",
}
# Of tasks; there is no such file where there are none. `value` are indices into the task's values (0 for a, 1 for b),
# empty for an answer that was rejected.
ANSWER_COLUMNS: Final[Columns] = {
    "cell": "text",
    "subject": "text",
    "task": "text",
    "temperature": "float",
    "top_p": "float",
    "draw": "integer",
    "valid": "boolean",
    "value": "integers",
    "text": "text",
    "ended": "text",
}
PROMPT_COLUMNS: Final[Columns] = {"prompt_sha256": "text", "text": "text", "tokens": "integers"}

_SELECT_ROUNDS: Final = (
    "SELECT r.match, r.number, r.move, r.reply, r.outcome, r.policy, r.mass, r.loose_mass, r.drawn, r.invalid,"
    " r.answers, p.sha256 FROM matches m"
    " JOIN rounds r ON r.cell = m.cell AND r.match = m.number"
    " LEFT JOIN prompts p ON p.cell = r.cell AND p.number = r.prompt"
    " WHERE m.cell = ? AND (m.finished = 1 OR ?) ORDER BY r.match, r.number"
)
_SELECT_ANSWERS: Final = "SELECT number, value, text, ended FROM answers WHERE cell = ? ORDER BY number"
_SELECT_TASK_PROMPTS: Final = "SELECT DISTINCT sha256 FROM prompts WHERE cell = ?"
_SELECT_PROMPTS: Final = (
    "SELECT p.sha256, p.text, p.tokens FROM prompts p JOIN cells c ON c.id = p.cell"
    " WHERE p.seat = 'subject' AND (c.run = ?1 OR ?1 IS NULL) ORDER BY p.sha256"
)


class Exported(NamedTuple):
    """The files written, and how many rows are in each."""

    rounds: Path
    round_count: int
    prompts: Path
    prompt_count: int
    answers: Path | None = None
    answer_count: int = 0


def export(store: Store, out: Path, to: str, *, run: RunRow | None = None, unfinished: bool = False) -> Exported:
    """Write `rounds`, `answers` (where there are any) and `prompts` (those asked for them) into a folder.

    `to` is the format. Of one run, or of all; of finished matches, or with `unfinished` of all. Rows are ordered by
    cell key, match and round or draw, prompts by hash. The files are there whole or not at all. Raises StoreError, and
    InputError if the format can't be written here.
    """
    runs = [run] if run else store.runs()
    cells = _ordered_cells(store, [one for one in runs if one.spec.kind != TASK_KIND])
    tasks = _ordered_cells(store, [one for one in runs if one.spec.kind == TASK_KIND])
    paths = [out / f"{name}.{to}" for name in ("rounds", "prompts", *(["answers"] if tasks else []))]
    answer_count = 0
    with _sentences(out):
        out.mkdir(parents=True, exist_ok=True)
        # the files are renamed as the stack unwinds, after both were written
        with ExitStack() as stack:
            files = [stack.enter_context(_whole_file(path)) for path in paths]
            with store.database.snapshot() as connection, decoding():
                used: set[bytes] = set()
                with FORMATS[to](files[0], ROUND_COLUMNS) as write:
                    round_count = sum(_write_cell(connection, cell, unfinished, write, used) for cell in cells)
                if tasks:
                    with FORMATS[to](files[2], ANSWER_COLUMNS) as write:
                        answer_count = sum(_write_answers(connection, cell, write, used) for cell in tasks)
                with FORMATS[to](files[1], PROMPT_COLUMNS) as write:
                    _write_prompts(connection, run, write, used)
    return Exported(paths[0], round_count, paths[1], len(used), paths[2] if tasks else None, answer_count)


def _ordered_cells(store: Store, runs: Sequence[RunRow]) -> list[CellRow]:
    """By key; cells of different runs with one key by what their runs are, not by which came first."""
    keyed = [(cell.spec.key, identity(run.spec), cell) for run in runs for cell in store.cells(run)]
    return [cell for *_, cell in sorted(keyed, key=lambda entry: entry[:2])]


def _write_cell(connection: Connection, cell: CellRow, unfinished: bool, write: Write, used: set[bytes]) -> int:
    spec, game, count = cell.spec, parse_game(cell.spec.game), 0
    for row in connection.execute(_SELECT_ROUNDS, (cell.id, unfinished)):
        write((spec.key, spec.subject, spec.opponent, spec.game, *_round_values(game, row)))
        count += 1
        if row[-1] is not None:
            used.add(row[-1])
    return count


def _write_answers(connection: Connection, cell: CellRow, write: Write, used: set[bytes]) -> int:
    spec, count = cell.spec, 0
    asked = spec.prompt or {}
    for number, value, text, ended in connection.execute(_SELECT_ANSWERS, (cell.id,)):
        taken = None if value is None else json.loads(value)
        where = spec.key, spec.subject, spec.game, asked.get("temperature"), asked.get("top_p")
        write((*where, number, taken is not None, taken, text, ended))
        count += 1
    used.update(digest for (digest,) in connection.execute(_SELECT_TASK_PROMPTS, (cell.id,)))
    return count


def _round_values(game: Game, row: Sequence[Any]) -> tuple[Any, ...]:
    match, number, move, reply, outcome, blob, mass, loose_mass, drawn, invalid, answers, digest = row
    policy = None if blob is None else from_floats(blob)
    texts = decode_answers(answers)
    return (
        match,
        number,
        None if move is None else game.moves[move],
        None if reply is None else game.replies[reply],
        Outcome(outcome).name.lower(),
        policy,
        None if policy is None else max(policy),
        mass,
        loose_mass,
        drawn,
        invalid,
        move is None or reply is None,
        texts[-1].text if texts else "",
        None if digest is None else digest.hex(),
    )


def _write_prompts(connection: Connection, run: RunRow | None, write: Write, used: set[bytes]) -> None:
    """Each once, though several cells may have asked it."""
    last = None
    for digest, text, tokens in connection.execute(_SELECT_PROMPTS, (run.id if run else None,)):
        if digest in used and digest != last:
            write((digest.hex(), text, from_integers(tokens)))
            last = digest


@contextmanager
def _whole_file(path: Path) -> Iterator[Any]:
    """A file that gets its name when it is complete, and goes if it never is. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


@contextmanager
def _sentences(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(file_sentence(error, out)) from error
