"""Chi-square over the number of valid answers, beside that of chance. What each mark is, is told by its shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from textual_plot import HiResMode

from arena.tui.themes import colour
from arena.tui.widgets.quiet_plot import QuietPlot, Whole
from arena.tui.widgets.rounds_plot import CHANCE_MARK

TRUE_MARK = "·"
_ROOMY = 12  # lines from which the true sample's line can be distinguished from the level
_LEAST_TOP = 2.5  # of the axis, as a multiple of chance's chi-square


class ChiSquarePlot(QuietPlot):
    """The player's line, the true sample's as dots, and chance as a dashed level."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(left=7, id=id)
        self.set_x_formatter(Whole(",.0f"))
        self.set_y_formatter(Whole(",.0f"))
        self._curve: Sequence[float] = ()
        self._true: Sequence[float] = ()
        self._wanted, self._degrees = 1, 1

    def show(self, curve: Sequence[float], true: Sequence[float], wanted: int, values: int) -> None:
        """Show two curves of one number per valid answer, `wanted` in the end, for a task of `values` values."""
        self._curve, self._true, self._wanted, self._degrees = curve, true, wanted, values - 1
        self.draw()

    @property
    def is_roomy(self) -> bool:
        """Whether the true sample is shown."""
        return self.size.height >= _ROOMY

    def picture(self) -> None:
        self.set_xlimits(0.0, float(self._wanted))
        shown = [_thinned(line, max(20, 2 * self.size.width)) for line in (self._true, self._curve)]
        most = max([_LEAST_TOP * self._degrees, *(max(line[1]) for line in shown if len(line[1]))])
        step = 10 ** (len(str(int(most))) - 1) / 2
        top = -(-most * 1.02 // step) * step
        self.set_ylimits(0.0, top)
        self.set_xticks([0.0, self._wanted / 2, float(self._wanted)])
        self.set_yticks([0.0, top / 2, top])
        quiet = colour(self.app, "foreground")
        across = np.linspace(0.0, float(self._wanted), max(20, 2 * self.size.width))
        if self.is_roomy and len(shown[0][0]) > 1:
            self.scatter(*shown[0], TRUE_MARK, quiet)
        self.scatter(across, np.full_like(across, self._degrees), CHANCE_MARK, quiet)
        if len(shown[1][0]) > 1:
            self.plot(*shown[1], colour(self.app, "primary"), HiResMode.BRAILLE)


def _thinned(line: Sequence[float], most: int) -> tuple[list[float], list[float]]:
    """As many of a line's points as can be distinguished, numbered from 1, including the last."""
    at = np.unique(np.linspace(0, len(line) - 1, min(len(line), most)).astype(int)) if line else np.empty(0, int)
    return [float(index + 1) for index in at], [line[index] for index in at]
