"""The run store: runs, cells and rounds as they were played, read back as plain rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from arena.errors import InputError
from arena.games import parse_game
from arena.records import Answer, Round, Seat
from arena.store.checks import check_columns, check_match
from arena.store.codec import (
    ANSWER_COLUMNS,
    PROMPT_COLUMNS,
    ROUND_COLUMNS,
    decode_answer,
    decode_prompt,
    decode_round,
    decoding,
    json_object,
)
from arena.store.database import Database
from arena.store.lock import holder
from arena.store.progress import cell_rows
from arena.store.registry import find_run, load_runs
from arena.store.rounds import read_rounds
from arena.store.rows import CellRow, MatchRow, PromptRow, RoundColumns, RunRow, RunSpec
from arena.store.writer import RunWriter
from arena.text import meant

_NAMES_SHOWN = 5  # in a sentence; `arena runs` shows them all

# the rounds of a cell that count; its values are the cell's id, `below` and `reached`
COUNTED: Final = (
    "FROM matches m JOIN rounds r ON r.cell = m.cell AND r.match = m.number"
    " WHERE m.cell = ?1 AND (m.number < ?2 OR ?2 IS NULL) AND (m.finished = 1 AND ?3 IS NULL OR r.number <= ?3)"
    " ORDER BY r.match, r.number"
)


class Store(AbstractContextManager["Store"]):
    """An open store; a context manager. Every method may raise StoreError, which says what to do."""

    def __init__(self, database: Database) -> None:
        self.database = database  # for this package's own modules

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Store:
        """Open the store at `path`; to write to it, with `create`, which makes it if it isn't there.

        An empty file is a new store. Raises StoreError if there is none, or if it can't be used.
        """
        return cls(Database.open(path, create=create))

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file, as the person named it."""
        return self.database.path

    @property
    def shown(self) -> str:
        """What it is called in sentences."""
        return str(self.path)

    def holding(self, run: str) -> Database:
        """The file that has the run of that name."""
        return self.database

    def runs(self) -> list[RunRow]:
        """All runs, the oldest first."""
        return load_runs(self.database)

    def run(self, name: str | None) -> RunRow:
        """The run of that name, or the only one whose name ends in these parts ("1", "27-1") or begins with them; for
        None, the latest. Raises InputError if there is none, or several.
        """
        runs = self.runs()
        if not runs:
            raise InputError(f"the store {self.shown} holds no run yet: `arena tournament` plays one")
        if name is None:
            return runs[-1]
        found = [run for run in runs if run.name == name]
        found = found or [run for run in runs if name and run.name.endswith(f"-{name}")]
        found = found or [run for run in runs if name and run.name.startswith(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"{name!r} may be several runs in {self.shown}: write more of {_listed(found)}")
        hint = meant(name, (run.name for run in runs), f"there are {_listed(runs)}")
        raise InputError(f"there is no run {name!r} in {self.shown}: {hint}")

    def find(self, spec: RunSpec) -> RunRow | None:
        """The run with this spec, if it was ever begun here."""
        return find_run(self.database, spec)

    def writer_of(self, run: RunRow) -> int | None:
        """The id of the process that is writing the run now, 0 if it isn't known, None if there is none."""
        return holder(self.database.file, run.name)

    def cells(self, run: RunRow) -> list[CellRow]:
        """The cells of a run, in its order, each with its progress."""
        with self.holding(run.name).snapshot() as connection, decoding():
            return list(cell_rows(connection, run))

    def rounds(self, cell: CellRow, moves: int) -> RoundColumns:
        """The rounds of the cell that count; the game has `moves` moves for the subject."""
        with self.holding(cell.run).guard() as connection, decoding():
            rounds = read_rounds(connection, cell, moves)
            check_columns(cell, parse_game(cell.spec.what), rounds)
            return rounds

    def drawn(self, cell: CellRow) -> tuple[int, int, int]:
        """How many rounds a cell has, whether they count or not, and how many answers its subject drew in them, and how
        many of these were invalid."""
        with self.holding(cell.run).guard() as connection:
            query = "SELECT COUNT(*), COALESCE(SUM(drawn), 0), COALESCE(SUM(invalid), 0) FROM rounds WHERE cell = ?"
            rounds, drawn, invalid = connection.execute(query, (cell.id,)).fetchone()
            return rounds, drawn, invalid

    def matches(self, cell: CellRow) -> list[MatchRow]:
        """All matches of a cell, including open and abandoned ones, by number."""
        with self.holding(cell.run).guard() as connection:
            rows = connection.execute(
                "SELECT m.number, COUNT(r.number), m.finished, m.abandoned, SUM(r.outcome) FROM matches m"
                " JOIN rounds r ON r.cell = m.cell AND r.match = m.number WHERE m.cell = ? GROUP BY m.number"
                " ORDER BY m.number",
                (cell.id,),
            )
            return [MatchRow(number, count, bool(done), bool(left), net) for number, count, done, left, net in rows]

    def draws(self, cell: CellRow) -> dict[int, Answer]:
        """The answers of a cell by the number of their draw. If the run is being written or was interrupted, numbers
        may be missing."""
        query = f"SELECT number, {ANSWER_COLUMNS} FROM answers WHERE cell = ? ORDER BY number"
        with self.holding(cell.run).guard() as connection, decoding():
            return {number: decode_answer(*row) for number, *row in connection.execute(query, (cell.id,))}

    def answers(self, cell: CellRow) -> list[Answer]:
        """The answers of a cell that count, in the order of their draws."""
        drawn = self.draws(cell)
        return [drawn[number] for number in range(cell.below or 0)]

    def findings(self, cell: CellRow) -> dict[str, dict[str, Any]]:
        """What else was found out about a cell, by name."""
        with self.holding(cell.run).guard() as connection, decoding():
            rows = connection.execute("SELECT name, found FROM findings WHERE cell = ? ORDER BY name", (cell.id,))
            return {name: json_object(found) for name, found in rows}

    def last_match(self, experiment: str) -> tuple[CellRow, MatchRow] | None:
        """The last match of the runs of an experiment that have one cell each, with that; None if there is none."""
        for run in reversed(self.runs()):
            if run.spec.experiment == experiment:
                (cell,) = self.cells(run)
                if matches := self.matches(cell):
                    return cell, matches[-1]
        return None

    def match(self, cell: CellRow, number: int) -> tuple[Round, ...]:
        """The rounds of one match, whole, with the prompts of both seats. Raises InputError if there is none."""
        with self.holding(cell.run).guard() as connection, decoding():
            rows = connection.execute(
                f"SELECT {ROUND_COLUMNS} FROM rounds WHERE cell = ? AND match = ? ORDER BY number", (cell.id, number)
            ).fetchall()
            prompts = {
                asked: decode_prompt(*prompt)
                for asked, _, *prompt in connection.execute(
                    f"SELECT number, {PROMPT_COLUMNS} FROM prompts WHERE cell = ? AND number IN"
                    " (SELECT prompt FROM rounds WHERE cell = ? AND match = ?"
                    " UNION SELECT opponent_prompt FROM rounds WHERE cell = ? AND match = ?)",
                    (cell.id, cell.id, number, cell.id, number),
                )
            }
            if not rows:
                raise InputError(f"{cell.spec.subject} in {cell.spec.what} has no match {number} with rounds")
            rounds = tuple(decode_round(row, prompts) for row in rows)
            check_match(cell, parse_game(cell.spec.what), number, rounds)
            return rounds

    def prompts(self, cell: CellRow, limit: int | None = None) -> Iterator[PromptRow]:
        """The cell's distinct prompts in the order of their first use, all or the first `limit`."""
        with self.holding(cell.run).guard() as connection, decoding():
            rows = connection.execute(
                f"SELECT number, seat, {PROMPT_COLUMNS} FROM prompts WHERE cell = ? ORDER BY number LIMIT ?",
                (cell.id, -1 if limit is None else limit),
            )
            for number, seat, digest, *prompt in rows:
                yield PromptRow(number, Seat(seat), digest.hex(), decode_prompt(*prompt))

    def prompt_count(self, cell: CellRow) -> int:
        """How many distinct prompts the cell has."""
        with self.holding(cell.run).guard() as connection:
            row = connection.execute("SELECT COUNT(*) FROM prompts WHERE cell = ?", (cell.id,)).fetchone()
        return int(row[0])

    def begin(self, spec: RunSpec) -> RunWriter:
        """Continue the run with this spec, or begin it; raises its size to `spec.size` if it was less.

        Takes the run's lock: raises StoreError if another writer has it. Raises UsageError if a cell is in
        the spec twice. Close the writer before the store.
        """
        return RunWriter.begin(self.database, spec)

    def close(self) -> None:
        """Close the file."""
        self.database.close()


def _listed(runs: Sequence[RunRow]) -> str:
    """The names of runs, the latest few of many."""
    more = f" and {len(runs) - _NAMES_SHOWN} older ones (see `arena runs`)" if len(runs) > _NAMES_SHOWN else ""
    return f"{', '.join(run.name for run in runs[-_NAMES_SHOWN:])}{more}"
