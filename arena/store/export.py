"""Every round, answer and finding of a store as a table, for other programs. The same draws give the same bytes.

So it contains nothing that differs between equal stores: no run's name, no row number, no time of day. The column `run`
names a run by its identity; together with the cell, match and round, or the cell and draw, or the cell and the
finding's name, or the prompt's hash, it distinguishes every row of a store from the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from arena.errors import ArenaError
from arena.files import folder, whole_file
from arena.games import Game, parse_game
from arena.records import Outcome
from arena.store.codec import decode_answers, decoding, from_floats, from_integers, run_key
from arena.store.columns import (
    ANSWER_COLUMNS,
    ANSWER_COLUMNS_JSON,
    FINDING_COLUMNS,
    PROMPT_COLUMNS,
    ROUND_COLUMNS,
    Columns,
)
from arena.store.database import Database
from arena.store.failures import file_refusals
from arena.store.rows import CellRow, RunRow, Unit
from arena.store.sinks import Row, write_rows
from arena.store.store import Store

_SELECT_ROUNDS: Final = (
    "SELECT r.match, r.number, r.move, r.reply, r.outcome, r.policy, r.mass, r.loose_mass, r.drawn, r.invalid,"
    " r.answers, p.sha256 FROM matches m"
    " JOIN rounds r ON r.cell = m.cell AND r.match = m.number"
    " LEFT JOIN prompts p ON p.cell = r.cell AND p.number = r.prompt"
    " WHERE m.cell = ? AND (m.finished = 1 OR ?) ORDER BY r.match, r.number"
)
_SELECT_ANSWERS: Final = "SELECT number, value, text, ended FROM answers WHERE cell = ? ORDER BY number"
_SELECT_FINDINGS: Final = "SELECT name, found FROM findings WHERE cell = ? ORDER BY name"
_SELECT_ASKED_PROMPTS: Final = "SELECT DISTINCT sha256 FROM prompts WHERE cell = ?"
_SELECT_PROMPTS: Final = (
    "SELECT p.sha256, p.text, p.tokens FROM prompts p JOIN cells c ON c.id = p.cell"
    " WHERE p.seat = 'subject' AND c.run = ? ORDER BY p.sha256"
)


class Exported(NamedTuple):
    """The files written, by the table's name, and the columns and the number of rows of each. `unnamed` are games that
    aren't installed here, so that their moves are numbers, as (run, game)."""

    files: Mapping[str, Path]
    columns: Mapping[str, Columns]
    counts: Mapping[str, int]
    unnamed: tuple[tuple[str, str], ...] = ()


class _Cell(NamedTuple):
    """A cell to be written: its file, its run, the first columns, which name the run, and those of its prompts that
    were used."""

    database: Database
    row: CellRow
    run: RunRow
    named: tuple[str, str]
    used: set[bytes]


def export(store: Store, out: Path, to: str, *, run: RunRow | None = None, unfinished: bool = False) -> Exported:
    """Write the tables `rounds` and `prompts`, and if there are any `answers` and `findings`, into a folder.

    `to` is the format. Exports one run, or all; finished matches, or with `unfinished` all; the prompts asked for what
    is exported. Rows are ordered by cell key, run, match and round, draw or name, prompts by run and hash. Moves of a
    game that isn't installed here are given by number: "#0" is the first. The files are written whole or not at all.
    Raises StoreError, and InputError if the format can't be written here.
    """
    every = _cells(store, [run] if run else store.runs())
    with file_refusals(out), folder(out), ExitStack() as stack:
        for database in dict.fromkeys(cell.database for cell in every):
            stack.enter_context(database.snapshot())
        games = {cell.row.spec.what: _game(cell.row.spec.what) for cell in every if cell.run.spec.unit is Unit.MATCH}
        files: dict[str, Path] = {}
        known: dict[str, Columns] = {}
        counts: dict[str, int] = {}
        for name, columns, rows in _tables(every, games, unfinished):
            files[name], known[name] = out / f"{name}.{to}", columns
            # the files are renamed as the stack unwinds, after all have been written
            file = stack.enter_context(whole_file(files[name]))
            with decoding():
                counts[name] = write_rows(file, to, columns, rows)
    unnamed = [(cell.run.name, cell.row.spec.what) for cell in every if games.get(cell.row.spec.what, cell) is None]
    return Exported(files, known, counts, tuple(dict.fromkeys(unnamed)))


def _tables(
    every: Sequence[_Cell], games: Mapping[str, Game | None], unfinished: bool
) -> Iterator[tuple[str, Columns, Iterator[Row]]]:
    """The tables, in the order in which they must be written: which prompts were used is known last."""
    matches = [cell for cell in every if cell.run.spec.unit is Unit.MATCH]
    others = [cell for cell in every if cell.run.spec.unit is not Unit.MATCH]
    rounds = (_rounds(cell, games[cell.row.spec.what], unfinished) for cell in matches)
    yield "rounds", ROUND_COLUMNS, chain.from_iterable(rounds)
    if others:
        of_indices = all(_are_indices(cell) for cell in others)
        columns = ANSWER_COLUMNS if of_indices else ANSWER_COLUMNS_JSON
        yield "answers", columns, chain.from_iterable(_answers(cell, of_indices) for cell in others)
    if any(_has_findings(cell) for cell in every):
        yield "findings", FINDING_COLUMNS, chain.from_iterable(_findings(cell) for cell in every)
    yield "prompts", PROMPT_COLUMNS, _prompts(every)


def _cells(store: Store, runs: Sequence[RunRow]) -> list[_Cell]:
    """Sorted by key; cells of different runs with the same key by their runs' identity, not by which came first."""
    found = []
    for run in runs:
        named, used = (run_key(run.spec), str(run.spec.seed)), set[bytes]()
        found += [_Cell(store.holding(run.name), cell, run, named, used) for cell in store.cells(run)]
    return sorted(found, key=lambda cell: (cell.row.spec.key, cell.named))


def _game(name: str) -> Game | None:
    """The game, or None if it isn't installed here."""
    try:
        return parse_game(name)
    except ArenaError:
        return None


def _rounds(cell: _Cell, game: Game | None, unfinished: bool) -> Iterator[Row]:
    spec = cell.row.spec
    with cell.database.guard() as connection, decoding():
        for row in connection.execute(_SELECT_ROUNDS, (cell.row.id, unfinished)):
            if row[-1] is not None:
                cell.used.add(row[-1])
            yield *cell.named, spec.key, spec.subject, spec.opponent, spec.what, *_round_values(game, row)


def _are_indices(cell: _Cell) -> bool:
    """Whether the values of a cell's answers are lists of whole numbers, as in a numbers run."""
    with cell.database.guard() as connection, decoding():
        values = connection.execute("SELECT DISTINCT value FROM answers WHERE cell = ?", (cell.row.id,))
        lists = [json.loads(value) for (value,) in values if value is not None]
    return all(type(value) is list and all(type(index) is int for index in value) for value in lists)


def _answers(cell: _Cell, of_indices: bool) -> Iterator[Row]:
    spec = cell.row.spec
    sampling = (None, None) if spec.asked is None else (spec.asked.temperature, spec.asked.top_p)
    with cell.database.guard() as connection, decoding():
        for number, value, text, ended in connection.execute(_SELECT_ANSWERS, (cell.row.id,)):
            taken = json.loads(value) if of_indices and value is not None else value
            where = spec.key, spec.subject, spec.what, *sampling
            yield *cell.named, *where, number, value is not None, taken, text, ended
        cell.used.update(digest for (digest,) in connection.execute(_SELECT_ASKED_PROMPTS, (cell.row.id,)))


def _has_findings(cell: _Cell) -> bool:
    with cell.database.guard() as connection:
        return connection.execute(_SELECT_FINDINGS, (cell.row.id,)).fetchone() is not None


def _findings(cell: _Cell) -> Iterator[Row]:
    spec = cell.row.spec
    with cell.database.guard() as connection:
        for name, found in connection.execute(_SELECT_FINDINGS, (cell.row.id,)):
            yield *cell.named, spec.key, spec.subject, spec.what, name, found


def _round_values(game: Game | None, row: Row) -> Row:
    match, number, move, reply, outcome, blob, mass, loose_mass, drawn, invalid, answers, digest = row
    policy = None if blob is None else from_floats(blob)
    texts = decode_answers(answers)
    names = None if game is None else game.moves
    return (
        match,
        number,
        _move(names, move),
        move,
        _move(None if game is None else game.replies, reply),
        reply,
        Outcome(outcome).name.lower(),
        [f"#{index}" for index in range(len(policy))] if names is None and policy else names,
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


def _move(names: Sequence[str] | None, move: int | None) -> str | None:
    return None if move is None else f"#{move}" if names is None else names[move]


def _prompts(cells: Sequence[_Cell]) -> Iterator[Row]:
    """The prompts that were used, each once per run, though several of its cells may have asked it."""
    runs = {cell.run.name: cell for cell in cells}
    for cell in sorted(runs.values(), key=lambda cell: cell.named):
        last = None
        with cell.database.guard() as connection, decoding():
            for digest, text, tokens in connection.execute(_SELECT_PROMPTS, (cell.run.id,)):
                if digest in cell.used and digest != last:
                    yield *cell.named, digest.hex(), text, from_integers(tokens)
                    last = digest
