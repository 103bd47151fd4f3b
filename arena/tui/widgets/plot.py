"""The determinism plot: one point per round, its letter showing the outcome, and chance as a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from textual_plot import HiResMode

from arena.records import Outcome
from arena.tui.themes import colour
from arena.tui.widgets.quiet_plot import QuietPlot, Whole

LETTERS = {Outcome.WIN: "W", Outcome.TIE: "T", Outcome.LOSS: "L"}
_COLOURS = {Outcome.WIN: "success", Outcome.TIE: "foreground", Outcome.LOSS: "error"}
_LEAST_ROUNDS = 5


class DeterminismPlot(QuietPlot):
    """Determinism from 0 to 1 over rounds."""

    def __init__(self, chance: float, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_x_formatter(Whole(".0f"))
        self._chance = chance
        self._points: list[tuple[float, Outcome]] = []
        self._foresight: list[float | None] = []
        self._mean: list[float] = []
        self._rounds = _LEAST_ROUNDS

    def begin(self, rounds: int, mean: Sequence[float] = ()) -> None:
        """Clear it for a match of `rounds` rounds; `mean` is the mean determinism in each round of earlier matches."""
        self._rounds = max(_LEAST_ROUNDS, rounds)
        self._points, self._foresight, self._mean = [], [], list(mean)
        self.draw()

    def add(self, determinism: float | None, outcome: Outcome, foresight: float | None = None) -> None:
        """Add a round that was played. `foresight` is how foreseeable the person has been so far."""
        self._points.append((np.nan if determinism is None else determinism, outcome))
        self._foresight.append(foresight)
        self.draw()

    def picture(self) -> None:
        """Draw the rounds, at most as many as there are columns."""
        columns = max(10, self.size.width - 6)
        first, last = self._window(columns)
        self.set_xlimits(first - 0.5, last + 0.5)
        self.set_ylimits(0.0, 1.08)
        self.set_yticks([0.0, 0.5, 1.0])
        self.set_xticks(_ticks(first, last, columns))
        ends, chance = [first - 0.5, last + 0.5], [self._chance, self._chance]
        self.plot(ends, chance, line_style=colour(self.app, "foreground"), hires_mode=HiResMode.BRAILLE)
        if len(self._mean) > 1:
            numbers = np.arange(1, len(self._mean) + 1)
            self.plot(numbers, self._mean, line_style=colour(self.app, "secondary"), hires_mode=HiResMode.BRAILLE)
        seen = [(n, v) for n, v in enumerate(self._foresight[first - 1 :], first) if v is not None]
        if len(seen) > 1:
            xs, ys = zip(*seen, strict=True)
            self.plot(xs, ys, line_style=colour(self.app, "secondary"), hires_mode=HiResMode.BRAILLE)
        shown = [(n, *point) for n, point in enumerate(self._points[first - 1 :], first)]
        for outcome, letter in LETTERS.items():
            at = [(n, value) for n, value, ended in shown if ended is outcome]
            if at:
                xs, ys = zip(*at, strict=True)
                self.scatter(xs, ys, marker=letter, marker_style=f"bold {colour(self.app, _COLOURS[outcome])}")

    def _window(self, columns: int) -> tuple[int, int]:
        """The first and last round to show: the whole match if there is room, otherwise its last part."""
        last = max(self._rounds, len(self._points))
        if last <= columns:
            return 1, last
        last = max(len(self._points), columns)
        return last - columns + 1, last


def _ticks(first: int, last: int, columns: int) -> list[float]:
    """Round numbers, as many as fit, at steps of 1, 2 or 5 times a power of ten."""
    step = 1
    while (last - first + 1) / step > max(2, columns // 5):
        step = step * 10 // 4 if str(step).startswith("2") else step * 2
    begin = first if step == 1 else -(-first // step) * step
    return [float(number) for number in range(begin, last + 1, step)]
