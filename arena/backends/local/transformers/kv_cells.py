"""Which cell of the KV cache holds which token of which sequence: llama.cpp's unified cache as a table in numpy.

A cell belongs to a set of sequences, and a token sees the cells of its own sequence at earlier positions. Prompts
that begin alike share their cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from arena.backends.local.evaluator import Row


@dataclass(frozen=True, slots=True)
class Seen:
    """The part of the cache that a batch sees.

    `cells` are the cells that any of its rows sees, ascending. `table`, shape (sequences, positions), gives the place
    among them of each token of the batch's sequences, and is 0 after a sequence's end. Row r belongs to the sequence of
    index `sequence[r]`, is at `position[r]`, and sees that sequence up to there.
    """

    cells: NDArray[np.int64]
    table: NDArray[np.int64]
    sequence: NDArray[np.int64]
    position: NDArray[np.int64]


class Cells:
    """The bookkeeping of `cells` cells and `sequences` sequences, each of which has a token at every position up to
    its end."""

    def __init__(self, cells: int, sequences: int) -> None:
        self.cells = cells
        self._table = np.zeros((sequences, 1), dtype=np.int64)  # the cell of each position
        self._ends = np.zeros(sequences, dtype=np.int64)
        self.clear()

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target`, which is empty, the cells of `source` at positions [0, end)."""
        shared = self._table[source, :end]
        self._table[target, :end] = shared
        self._ends[target] = end
        self._owners[shared] += 1

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells at positions [start, ...); a cell without sequences is free."""
        left = self._table[sequence, start : self._ends[sequence]]
        self._owners[left] -= 1
        self._free += left[self._owners[left] == 0].tolist()
        self._ends[sequence] = min(start, self._ends[sequence])

    def clear(self) -> None:
        """Empty the cache."""
        self._owners = np.zeros(self.cells, dtype=np.int64)
        self._free = list(range(self.cells - 1, -1, -1))
        self._ends[:] = 0

    @property
    def used(self) -> int:
        """How many cells hold a token."""
        return self.cells - len(self._free)

    def place(self, rows: Sequence[Row]) -> NDArray[np.int64]:
        """A free cell for each row, shape (rows,). Raises RuntimeError if there are too few."""
        if len(self._free) < len(rows):
            raise RuntimeError(f"the cache has {len(self._free)} free cells for a batch of {len(rows)} tokens")
        placed = np.array([self._free.pop() for _ in rows])
        positions = np.array([row.position for row in rows])
        counts = [len(row.sequences) for row in rows]
        sequences = np.fromiter(chain.from_iterable(row.sequences for row in rows), dtype=np.int64)
        if (lacking := int(positions.max()) + 1 - self._table.shape[1]) > 0:
            self._table = np.pad(self._table, ((0, 0), (0, lacking + self._table.shape[1])))
        at = np.repeat(positions, counts)
        self._table[sequences, at] = np.repeat(placed, counts)
        self._ends[sequences] = at + 1  # a sequence's rows come in order, so the last one counts
        self._owners[placed] = counts
        return placed

    def seen(self, rows: Sequence[Row]) -> Seen:
        """What these rows, which have been placed, see."""
        # all sequences of a row have the same past, so the first one is enough
        sequences, sequence = np.unique([row.sequences[0] for row in rows], return_inverse=True)
        ends = self._ends[sequences]
        table = self._table[sequences, : ends.max()]
        within = np.arange(table.shape[1]) < ends[:, None]
        seen = np.zeros(self.cells, dtype=np.bool_)
        seen[table[within]] = True
        places = np.cumsum(seen) - 1
        return Seen(
            np.flatnonzero(seen),
            np.where(within, places[table], 0),
            sequence,
            np.array([row.position for row in rows]),
        )
