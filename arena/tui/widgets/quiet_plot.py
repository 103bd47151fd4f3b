"""A plot that only shows: it takes no focus and no keys, and its axes can be read in every theme."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual_plot import PlotWidget


# bindings are not inherited: the library's own `r` would take the key for rock
class QuietPlot(PlotWidget, can_focus=False, inherit_bindings=False):
    """What the app's plots have in common."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    QuietPlot {
        & > .plot--axis { color: $border; }
        & > .plot--tick { color: $foreground; text-style: none; }
        & > .plot--label { color: $foreground 70%; text-style: none; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
