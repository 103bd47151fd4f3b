"""Which cell of the KV cache holds which token, and for which sequences: llama.cpp's unified cache in numpy.

A cell belongs to a set of sequences, and a token sees the cells of its own sequence at earlier positions. Prompts
that begin alike share their cells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from arena.backends.local.evaluator import Row


class Cells:
    """The bookkeeping of `cells` cells and `sequences` sequences."""

    def __init__(self, cells: int, sequences: int) -> None:
        self._owned = np.zeros((sequences, cells), dtype=np.bool_)
        self._position = np.zeros(cells, dtype=np.int64)

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        self._owned[target] = self._owned[source] & (self._position < end)

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells at positions [start, ...); a cell without sequences is free."""
        self._owned[sequence] &= self._position < start

    def clear(self) -> None:
        """Empty the cache."""
        self._owned[:] = False

    def place(self, rows: Sequence[Row]) -> NDArray[np.int64]:
        """A free cell for each row, shape (rows,), the lowest first. Raises RuntimeError if there are too few."""
        free = np.flatnonzero(~self._owned.any(axis=0))[: len(rows)]
        if len(free) < len(rows):
            raise RuntimeError(f"the cache has {len(free)} free cells for a batch of {len(rows)} tokens")
        for cell, row in zip(free.tolist(), rows, strict=True):
            self._position[cell] = row.position
            self._owned[list(row.sequences), cell] = True
        return free

    def used(self) -> int:
        """One more than the highest cell in use."""
        in_use = np.flatnonzero(self._owned.any(axis=0))
        return int(in_use[-1]) + 1 if len(in_use) else 0

    def seen(self, rows: Sequence[Row], window: int | None = None) -> NDArray[np.bool_]:
        """Which cells each row sees, shape (rows, used): its own, and no further back than `window` positions."""
        used = self.used()
        positions = np.array([row.position for row in rows])[:, None]
        # all sequences of a row have the same past, so that the first one tells
        mask: NDArray[np.bool_] = self._owned[[row.sequences[0] for row in rows], :used]
        mask = mask & (self._position[:used] <= positions)
        if window is not None:
            mask &= self._position[:used] > positions - window
        return mask
