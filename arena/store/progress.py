"""How far the cells of a run have come, and how much of each counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from sqlite3 import Connection
from typing import Final, NamedTuple

from arena.blocks import counted
from arena.store.rows import CellRow, CellSpec, RunRow, Unit

_CELLS = "SELECT id, seconds FROM cells WHERE run = ? ORDER BY position"
# per cell: finished matches, and those of them before the first unfinished one
_FINISHED = (
    "SELECT cell, COUNT(*), SUM(number = place) FROM (SELECT m.cell, m.number,"
    " ROW_NUMBER() OVER (PARTITION BY m.cell ORDER BY m.number) - 1 AS place"
    " FROM cells c JOIN matches m ON m.cell = c.id WHERE c.run = ? AND m.finished = 1) GROUP BY cell"
)
_OPEN = (
    "SELECT m.cell, COUNT(*) FROM cells c JOIN matches m ON m.cell = c.id"
    " WHERE c.run = ? AND m.finished = 0 AND m.abandoned = 0 GROUP BY m.cell"
)
# per cell: valid answers, answers before the first missing one, and the valid ones among those
_ANSWERS = (
    "SELECT cell, COUNT(value), SUM(number = place), COUNT(CASE WHEN number = place THEN value END) FROM"
    " (SELECT a.cell, a.number, a.value, ROW_NUMBER() OVER (PARTITION BY a.cell ORDER BY a.number) - 1 AS place"
    " FROM cells c JOIN answers a ON a.cell = c.id WHERE c.run = ?) GROUP BY cell"
)
_FINDINGS = "SELECT f.cell, 1 FROM cells c JOIN findings f ON f.cell = c.id WHERE c.run = ? GROUP BY f.cell"


class _Far(NamedTuple):
    """How far a cell has come: units done, units open, and the number below which everything counts."""

    done: int
    open: int
    below: int | None


def cell_rows(connection: Connection, run: RunRow) -> Iterator[CellRow]:
    """The cells of a run, in its order. Must be read in one transaction, or a cell may be further than it says."""
    rows = connection.execute(_CELLS, (run.id,)).fetchall()
    if not all(type(seconds) is float and 0 <= seconds < math.inf for _, seconds in rows):
        raise ValueError(f"run {run.name}: the seconds of a cell aren't a time")
    how_far = _HOW_FAR[run.spec.unit](connection, run)
    for (id_, seconds), spec in zip(rows, run.spec.cells, strict=True):
        done, open_, below = how_far(id_, spec)
        yield CellRow(id_, spec, done, open_, seconds, below, run.name, run.spec.rounds)


def _matches(connection: Connection, run: RunRow) -> Callable[[int, CellSpec], _Far]:
    finished = {cell: rest for cell, *rest in connection.execute(_FINISHED, (run.id,))}
    begun = dict(connection.execute(_OPEN, (run.id,)))

    def how_far(cell: int, spec: CellSpec) -> _Far:
        done, first_missing = finished.get(cell, (0, 0))
        below = None if run.spec.in_order else _counted_matches(run, first_missing)
        return _Far(done, begun.get(cell, 0), below)

    return how_far


def _counted_matches(run: RunRow, first_missing: int) -> int:
    """All if none is missing; otherwise at least as many as the run had when it was last finished."""
    if first_missing >= run.spec.size:
        return first_missing
    return max(counted(first_missing), min(first_missing, run.finished_size))


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
