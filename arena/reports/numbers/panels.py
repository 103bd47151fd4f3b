"""Panels of figures about numbers: bars under a head, as many side by side as the figure's width has room for."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from arena.reports.figure import blank, colour, ground, hatch, ink, plain, points
from arena.reports.look import current
from arena.reports.table import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_ACROSS: Final = 3  # panels side by side
_LETTERS: Final = 42  # of a name in a line above a panel
_WIDTH, _HEIGHT = 3.0, 2.1  # inches per panel
_GREY: Final = "#888888"


@dataclass(frozen=True)
class Panel:
    """Bars for counts under a head. `style` is the subject's, None for a true sample; `marks` are shares beside the
    bars, if there are any."""

    name: str
    head: str
    counts: NDArray[np.int64]
    style: int | None
    subject: str | None = None
    marks: Sequence[float] | None = None

    def data(self, ticks: Sequence[str], marked: str) -> Row:
        """The counts and the shares as a row of data."""
        marks = zip(ticks, self.marks or (), strict=False)
        counts = dict(zip(ticks, self.counts.tolist(), strict=True))
        values = {"subject": self.subject, **counts, **{f"{marked} {tick}": share for tick, share in marks}}
        return Row(self.name, values, source="value" if self.style is None else "run")

    def draw(self, axes: Axes, ticks: Sequence[str], mark: str) -> None:
        """Draw the panel, in percent; without bars if no answer was drawn."""
        places = range(len(ticks))
        if n := int(self.counts.sum()):
            shade = _GREY if self.style is None else colour(self.style)
            axes.bar(
                places,
                100 * self.counts / n,
                width=0.82,
                facecolor=shade + "55",
                edgecolor=shade,
                hatch="" if self.style is None else hatch(self.style),
            )
        if self.marks is not None:
            size = 3.5 if mark == "o" else 9
            axes.plot(places, 100 * np.array(self.marks), mark, color=ink(), markersize=size, markerfacecolor=ground())
        axes.set_xticks(places, ticks)
        axes.tick_params(axis="x", length=0)
        set_head(axes, self.head)


def panel_grid(count: int, height: float = _HEIGHT) -> tuple[Drawing, list[Axes]]:
    """A figure with this many panels, each `height` inches high if nobody asked for another size."""
    across = min(_ACROSS, count)
    across = max(1, min(across, round((current().size(_WIDTH * across + 0.4, 0)[0] - 0.4) / _WIDTH)))
    down = -(-count // across)
    figure = blank(_WIDTH * across + 0.4, height * down + 0.7)
    grid = list(figure.subplots(down, across, squeeze=False).ravel())
    for axes in grid[count:]:
        axes.set_axis_off()
    return figure, grid[:count]


def bars(panels: Sequence[Panel], ticks: Sequence[str], mark: str, rates: str) -> tuple[Drawing, list[Axes]]:
    """Panels of bars, all of one height; `rates` names the unit of the shares."""
    figure, grid = panel_grid(len(panels))
    highest = max(max(*(panel.counts / max(1, panel.counts.sum())), *(panel.marks or ())) for panel in panels)
    for axes, panel in zip(grid, panels, strict=True):
        panel.draw(axes, ticks, mark)
        axes.set_ylim(0.0, 100 * highest * 1.08)
    for axes in grid[:: columns(grid[0])]:
        axes.set_ylabel(rates, fontsize=points(8))
    return figure, grid


def head(name: str, *said: str) -> str:
    """A panel's head: its name, in as many lines as needed, and its numbers."""
    return "\n".join((plain(textwrap.fill(name, _LETTERS)), *said))


def set_head(axes: Axes, head: str) -> None:
    """Write a head above a panel, in more lines if the panel is narrower than usual."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    room = figure.get_figwidth() / columns(axes) / _WIDTH
    if room < 1:
        head = "\n".join(textwrap.fill(line, int(_LETTERS * room)) for line in head.split("\n"))
    axes.set_title(head, fontsize=points(8), loc="left", pad=3)


def columns(axes: Axes) -> int:
    """How many panels are side by side."""
    grid = axes.get_gridspec()
    return 1 if grid is None else grid.ncols
