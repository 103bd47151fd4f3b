"""The determinism plot: one point per round, its letter showing the outcome, and chance as a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from arena.records import Outcome
from arena.tui.widgets.rounds_plot import RoundsPlot

LETTERS = {Outcome.WIN: "W", Outcome.TIE: "T", Outcome.LOSS: "L"}
COLOURS = {Outcome.WIN: "success", Outcome.TIE: "foreground", Outcome.LOSS: "error"}


class DeterminismPlot(RoundsPlot):
    """Determinism from 0 to 1 over rounds."""

    def __init__(self, chance: float, *, id: str | None = None) -> None:
        super().__init__(chance, id=id)
        self._points: list[tuple[float, Outcome]] = []
        self._foresight: list[float | None] = []
        self._mean: list[float | None] = []

    def begin(self, rounds: int, mean: Sequence[float | None] = ()) -> None:
        """Clear it for a match of `rounds` rounds; `mean` is the mean determinism in each round of earlier matches
        (None where it is unknown)."""
        self._points, self._foresight, self._mean = [], [], list(mean)
        super().begin(rounds)

    def add(self, determinism: float | None, outcome: Outcome, foresight: float | None = None) -> None:
        """Add a round that was played. `foresight` is how foreseeable the person has been so far."""
        self._points.append((np.nan if determinism is None else determinism, outcome))
        self._foresight.append(foresight)
        self._played += 1
        self.draw()

    def picture_rounds(self, first: int) -> None:
        """Draw the line of foresight, or of the mean, and the letters, which stand clear of it."""
        self.line(self._mean, 1)
        self.line(self._foresight, first)
        shown = [(number, *point) for number, point in enumerate(self._points[first - 1 :], first)]
        self.clear_beside([(number, value) for number, value, _ in shown])
        for outcome, letter in LETTERS.items():
            self.marks([(n, value) for n, value, ended in shown if ended is outcome], letter, COLOURS[outcome])
