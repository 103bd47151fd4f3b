"""A plot without interaction: it takes no focus and no keys, and its axes are legible in every theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual_plot import PlotWidget
from textual_plot.axis_formatter import NumericAxisFormatter


class Whole(NumericAxisFormatter):
    """Labels in which whole numbers have no decimals."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [format(tick, self._form) for tick in ticks]


# bindings are not inherited: the library's own `r` would take the key for rock
class QuietPlot(PlotWidget, can_focus=False, inherit_bindings=False):
    """What the app's plots have in common; `bottom` lines and `left` columns are reserved for the axes."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    QuietPlot {
        & > .plot--axis { color: $border; }
        & > .plot--tick { color: $foreground; text-style: none; }
        & > .plot--label { color: $foreground 70%; text-style: none; }
    }
    """

    def __init__(self, bottom: int = 2, left: int = 5, *, id: str | None = None) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
        self._margins = 1, bottom, left

    def on_mount(self) -> None:
        self.margin_top, self.margin_bottom, self.margin_left = self._margins
        self.app.theme_changed_signal.subscribe(self, lambda _: self.draw())
        self.draw()

    def on_unmount(self) -> None:
        # the signal, which is the app's, would keep the plot until the theme is changed
        self.app.theme_changed_signal.unsubscribe(self)

    def on_show(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Redraw everything, if it is visible."""
        if self.is_mounted and self.display:
            self.clear()
            self.picture()

    def picture(self) -> None:
        """Draw the data onto an empty plot."""
        raise NotImplementedError
