"""Figure 4, left: how determinism is distributed over rounds, as a histogram that grows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arena.tui.themes import colour
from arena.tui.widgets.quiet_plot import QuietPlot

BINS = 20


class DeterminismHistogram(QuietPlot):
    """The share of rounds in each of 20 bins of determinism from 0 to 1, in percent; chance as a line."""

    def __init__(self, moves: int, *, id: str | None = None) -> None:
        super().__init__(bottom=3, id=id)
        self.set_xlabel("determinism of a round; % of rounds")
        self._chance = 1 / moves
        self._counts = np.zeros(BINS)

    def add(self, determinism: float) -> None:
        """Add a round that was played."""
        self._counts[_bin(determinism)] += 1
        self.draw()

    def fill(self, determinism: NDArray[np.float64], moves: int) -> None:
        """Show these rounds of a game with `moves` moves; NaN is a round without a policy."""
        self._chance = 1 / moves
        known = determinism[~np.isnan(determinism)]
        self._counts = np.bincount([_bin(value) for value in known.tolist()], minlength=BINS).astype(np.float64)
        self.draw()

    def picture(self) -> None:
        self.set_xlimits(0.0, 1.0)
        total = self._counts.sum()
        share = 100 * self._counts / total if total else self._counts
        self.set_ylimits(0.0, max(10.0, float(share.max()) * 1.1))
        filled = np.flatnonzero(share)  # a bar of height zero would still take a row
        if len(filled):
            self.bar((filled + 0.5) / BINS, share[filled], width=0.9 / BINS, bar_style=colour(self.app, "primary"))
        self.add_v_line(self._chance, line_style=colour(self.app, "foreground"), label=None)


def _bin(determinism: float) -> int:
    """The bin: 0.6 belongs to the one that begins there, even if 0.6 * 20 comes out just below 12."""
    return min(BINS - 1, int(determinism * BINS + 1e-9))
