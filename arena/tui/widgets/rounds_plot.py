"""What plots over the rounds of a match have in common: a window of rounds from 0 to 1, and chance as a dashed line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from textual_plot import HiResMode

from arena.tui.themes import colour
from arena.tui.widgets.quiet_plot import QuietPlot, Whole

CHANCE_MARK = "╌"
LINE_MARK = "⠒⠒"  # how a line looks, for legends
_LEAST_ROUNDS = 5


class RoundsPlot(QuietPlot):
    """A value from 0 to 1 over rounds, beside `chance`."""

    def __init__(self, chance: float, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_x_formatter(Whole(".0f"))
        self._chance = chance
        self._rounds = _LEAST_ROUNDS
        self._played = 0
        self._shown = 1, _LEAST_ROUNDS  # the first and the last round that there is room for

    def begin(self, rounds: int) -> None:
        """Clear it for a match of `rounds` rounds."""
        self._rounds = max(_LEAST_ROUNDS, rounds)
        self._played = 0
        self.draw()

    def picture(self) -> None:
        """Draw the rounds, at most as many as there are columns."""
        columns = max(10, self.size.width - 6)
        first, last = self._shown = self._window(columns)
        self.set_xlimits(first - 0.5, last + 0.5)
        self.set_ylimits(0.0, 1.08)
        self.set_yticks([0.0, 0.5, 1.0])
        self.set_xticks(_ticks(first, last, columns))
        across = np.linspace(first - 0.5, last + 0.5, 2 * columns)
        self.scatter(across, np.full_like(across, self._chance), CHANCE_MARK, colour(self.app, "foreground"))
        self.picture_rounds(first)

    def picture_rounds(self, first: int) -> None:
        """Draw what there is from round `first` on."""
        raise NotImplementedError

    def line(self, values: Sequence[float | None], first: int) -> None:
        """A line through the values of rounds 1, 2, ... that are known, from round `first` on."""
        known = [(number, value) for number, value in enumerate(values[first - 1 :], first) if value is not None]
        if len(known) > 1:
            xs, ys = zip(*known, strict=True)
            self.plot(xs, ys, line_style=colour(self.app, "secondary"), hires_mode=HiResMode.BRAILLE)

    def clear_beside(self, points: Sequence[tuple[int, float]]) -> None:
        """Clear what was drawn just left and right of these points, so that no line runs into their marks."""
        first, last = self._shown[0] - 0.5, self._shown[1] + 0.5
        column = (last - first) / max(1, self.size.width - self.margin_left - 2)  # the axes take one on each side
        for beside in (-column, column):
            known = [(number + beside, value) for number, value in points if first <= number + beside < last]
            if known:
                xs, ys = zip(*known, strict=True)
                self.scatter(xs, ys, marker=" ")

    def marks(self, points: Sequence[tuple[int, float]], mark: str, style: str) -> None:
        """A mark at each point: a round's number and its value."""
        if points:
            xs, ys = zip(*points, strict=True)
            self.scatter(xs, ys, marker=mark, marker_style=f"bold {colour(self.app, style)}")

    def _window(self, columns: int) -> tuple[int, int]:
        """The first and last round to show: the whole match if there is room, otherwise its last part."""
        last = max(self._rounds, self._played)
        if last <= columns:
            return 1, last
        last = max(self._played, columns)
        return last - columns + 1, last


def _ticks(first: int, last: int, columns: int) -> list[float]:
    """Round numbers, as many as fit, at steps of 1, 2 or 5 times a power of ten."""
    step = 1
    while (last - first + 1) / step > max(2, columns // 5):
        step = step * 10 // 4 if str(step).startswith("2") else step * 2
    begin = first if step == 1 else -(-first // step) * step
    return [float(number) for number in range(begin, last + 1, step)]
