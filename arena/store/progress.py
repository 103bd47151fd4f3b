"""How far the cells of a run are, and how many of their matches or answers count."""

from __future__ import annotations

import math
from collections.abc import Iterator
from sqlite3 import Connection

from arena.blocks import counted
from arena.store.rows import MATCH_KIND, TASK_KIND, CellRow, RunRow

_CELLS = "SELECT id, seconds FROM cells WHERE run = ? ORDER BY position"
# per cell: how many matches are finished, and how many of them before the first that isn't
_FINISHED = (
    "SELECT cell, COUNT(*), SUM(number = place) FROM (SELECT m.cell, m.number,"
    " ROW_NUMBER() OVER (PARTITION BY m.cell ORDER BY m.number) - 1 AS place"
    " FROM cells c JOIN matches m ON m.cell = c.id WHERE c.run = ? AND m.finished = 1) GROUP BY cell"
)
_OPEN = (
    "SELECT m.cell, COUNT(*) FROM cells c JOIN matches m ON m.cell = c.id"
    " WHERE c.run = ? AND m.finished = 0 AND m.abandoned = 0 GROUP BY m.cell"
)
# per cell: valid answers, answers before the first that is missing, and valid ones among them
_ANSWERS = (
    "SELECT cell, COUNT(value), SUM(number = place), COUNT(CASE WHEN number = place THEN value END) FROM"
    " (SELECT a.cell, a.number, a.value, ROW_NUMBER() OVER (PARTITION BY a.cell ORDER BY a.number) - 1 AS place"
    " FROM cells c JOIN answers a ON a.cell = c.id WHERE c.run = ?) GROUP BY cell"
)


def cell_rows(connection: Connection, run: RunRow) -> Iterator[CellRow]:
    """The cells of a run, in its order. All is read in one transaction, or a cell may be further than it says."""
    rows = connection.execute(_CELLS, (run.id,)).fetchall()
    if not all(type(seconds) is float and 0 <= seconds < math.inf for _, seconds in rows):
        raise ValueError(f"run {run.name}: the seconds of a cell are no time")
    cells = zip(rows, run.spec.cells, strict=True)
    if run.spec.kind == TASK_KIND:
        drawn = {cell: rest for cell, *rest in connection.execute(_ANSWERS, (run.id,))}
        for (id_, seconds), spec in cells:
            valid, first_missing, valid_before = drawn.get(id_, (0, 0, 0))
            whole = run.finished or spec.is_person or valid_before >= run.spec.games
            below = first_missing if whole else counted(first_missing)
            yield CellRow(id_, spec, valid, 0, seconds, below, run.name, run.spec.rounds)
        return
    finished = {cell: rest for cell, *rest in connection.execute(_FINISHED, (run.id,))}
    begun = dict(connection.execute(_OPEN, (run.id,)))
    for (id_, seconds), spec in cells:
        done, first_missing = finished.get(id_, (0, 0))
        below = None if run.spec.kind == MATCH_KIND else _counted_matches(run, first_missing)
        yield CellRow(id_, spec, done, begun.get(id_, 0), seconds, below, run.name, run.spec.rounds)


def _counted_matches(run: RunRow, first_missing: int) -> int:
    """All if none is missing; at least as many as the run once had when it was finished."""
    if first_missing >= run.spec.games:
        return first_missing
    return max(counted(first_missing), min(first_missing, run.finished_games))
