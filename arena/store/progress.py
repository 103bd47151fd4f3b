"""How far the cells of a run have come, and how much of each counts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from sqlite3 import Connection
from typing import Final, NamedTuple

from arena.blocks import BLOCK, Counted, counted, sample
from arena.store.rows import CellRow, CellSpec, RunRow, Unit

_CELLS = "SELECT id, seconds FROM cells WHERE run = ? ORDER BY position"
# per cell: finished matches, those of them before the first unfinished one, and those below two numbers
_FINISHED = (
    "SELECT cell, COUNT(*), SUM(number = place), SUM(number < ?2), SUM(number < ?3) FROM (SELECT m.cell, m.number,"
    " ROW_NUMBER() OVER (PARTITION BY m.cell ORDER BY m.number) - 1 AS place"
    " FROM cells c JOIN matches m ON m.cell = c.id WHERE c.run = ?1 AND m.finished = 1) GROUP BY cell"
)
# each open match: its cell, its number, and its last round
_OPEN = (
    "SELECT m.cell, m.number, (SELECT COALESCE(MAX(r.number), 0) FROM rounds r WHERE r.cell = m.cell"
    " AND r.match = m.number) FROM cells c JOIN matches m ON m.cell = c.id"
    " WHERE c.run = ? AND m.finished = 0 AND m.abandoned = 0"
)
# per cell: valid answers, answers before the first missing one, and the valid ones among those
_ANSWERS = (
    "SELECT cell, COUNT(value), SUM(number = place), COUNT(CASE WHEN number = place THEN value END) FROM"
    " (SELECT a.cell, a.number, a.value, ROW_NUMBER() OVER (PARTITION BY a.cell ORDER BY a.number) - 1 AS place"
    " FROM cells c JOIN answers a ON a.cell = c.id WHERE c.run = ?) GROUP BY cell"
)
# a name with a space is of something that was stored on the way to a finding
_FINDINGS = (
    "SELECT f.cell, 1 FROM cells c JOIN findings f ON f.cell = c.id"
    " WHERE c.run = ? AND instr(f.name, ' ') = 0 GROUP BY f.cell"
)


class _Far(NamedTuple):
    """How far a cell has come: units done, units open, the number below which everything counts, how many rounds of
    each match do (None: all), and the rounds that there are."""

    done: int
    open: int
    below: int | None
    reached: int | None = None
    played: int = 0


def cell_rows(connection: Connection, run: RunRow) -> Iterator[CellRow]:
    """The cells of a run, in its order. Must be read in one transaction, or a cell may be further than it says."""
    rows = connection.execute(_CELLS, (run.id,)).fetchall()
    if not all(type(seconds) is float and 0 <= seconds < math.inf for _, seconds in rows):
        raise ValueError(f"run {run.name}: the seconds of a cell aren't a time")
    how_far = _HOW_FAR[run.spec.unit](connection, run)
    for (id_, seconds), spec in zip(rows, run.spec.cells, strict=True):
        done, open_, below, reached, played = how_far(id_, spec)
        yield CellRow(id_, spec, done, open_, seconds, below, run.name, run.spec.rounds, reached, played)


def _matches(connection: Connection, run: RunRow) -> Callable[[int, CellSpec], _Far]:
    size, rounds = run.spec.size, run.spec.rounds or 0
    first = min(BLOCK, size)
    finished = {cell: rest for cell, *rest in connection.execute(_FINISHED, (run.id, size, first))}
    begun: defaultdict[int, dict[int, int]] = defaultdict(dict)  # of each cell: the last round of each open match
    for cell, number, last in connection.execute(_OPEN, (run.id,)):
        if type(last) is not int:
            raise ValueError(f"run {run.name}: a round's number isn't a number")
        begun[cell][number] = last

    def how_far(cell: int, spec: CellSpec) -> _Far:
        done, first_missing, *below = finished.get(cell, (0, 0, 0, 0))
        still_open = begun[cell]
        # the round that all matches below a number have reached
        by_all, by_first = (
            _reached(still_open, end, many, rounds) for end, many in zip((size, first), below, strict=True)
        )
        if run.spec.in_order:
            counts: tuple[int | None, int | None] = (None, None)
        else:
            counts = _counted_rounds(run, first_missing, by_all, by_first)
        return _Far(done, len(still_open), *counts, done * rounds + sum(still_open.values()))

    return how_far


def _reached(still_open: Mapping[int, int], end: int, finished: int, rounds: int) -> int:
    """The last round that all matches numbered below `end` have reached, of which so many are finished."""
    last = [reached for number, reached in still_open.items() if number < end]
    return min(last, default=rounds) if finished + len(last) == end else 0


def _counted_rounds(run: RunRow, first_missing: int, by_all: int, by_first: int) -> Counted:
    """All matches if none is missing; otherwise at least as many as the run had when it was last finished."""
    size = run.spec.size
    if first_missing >= size:
        return Counted(first_missing)
    whole = max(counted(first_missing), min(first_missing, run.finished_size))
    return sample(whole, size, run.spec.rounds or 0, by_all, by_first)


def _answers(connection: Connection, run: RunRow) -> Callable[[int, CellSpec], _Far]:
    drawn = {cell: rest for cell, *rest in connection.execute(_ANSWERS, (run.id,))}

    def how_far(cell: int, spec: CellSpec) -> _Far:
        valid, first_missing, valid_before = drawn.get(cell, (0, 0, 0))
        in_order = run.spec.in_order or spec.is_person
        whole = run.finished or in_order or valid_before >= run.spec.size
        return _Far(valid, 0, first_missing if whole else counted(first_missing))

    return how_far


def _findings(connection: Connection, run: RunRow) -> Callable[[int, CellSpec], _Far]:
    found = dict(connection.execute(_FINDINGS, (run.id,)))
    return lambda cell, spec: _Far(found.get(cell, 0), 0, 0)


_HOW_FAR: Final = {Unit.MATCH: _matches, Unit.ANSWER: _answers, Unit.FINDING: _findings}
