"""Figure 5, left: how many contests each author won, by axis, beside the published picture."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from arena.reports.figure import below, colour, hatch, plain, styles
from arena.reports.poems.measures import PanelReport
from arena.reports.poems.tables import NO_SUBSTITUTE
from arena.reports.published import published
from arena.reports.report import Figure
from arena.reports.table import Row, plain_table
from arena.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_TITLE: Final = "Figure 5: contests won by each author"
_LETTERS: Final = 48  # of a title in a line
_PAPER: Final = "West & Potts 2025, 70B models, judged by people"

Wins = Mapping[str, Mapping[str, int]]  # by author and axis


def figure5(panels: Sequence[PanelReport]) -> Figure:
    """The figure: a panel of bars per kind of judge, and one of the paper's."""
    data = plain_table(
        "figure5",
        _TITLE,
        [
            Row(printable(author), {"judged_by": each.panel.name, **wins})
            for each in panels
            for author, wins in _wins(each).items()
        ],
    )
    return Figure("figure5", _TITLE, lambda: _drawn(panels), data)


def _wins(each: PanelReport) -> Wins:
    return {author: {axis: each.wins(author, axis) for axis in each.panel.axes} for author in each.authors}


def _published() -> Wins:
    return {row.labels["model"]: {axis: int(wins) for axis, wins in row.values.items()} for row in published("figure5")}


def _drawn(panels: Sequence[PanelReport]) -> Drawing:
    from matplotlib.figure import Figure as Drawing

    shown = [(f"Judged by {each.panel.name}", _wins(each)) for each in panels]
    figure = Drawing(figsize=(3.6 * (len(shown) + 1), 3.8), layout="constrained")
    grid = figure.subplots(1, len(shown) + 1, sharey=True, squeeze=False)[0]
    for axes, (title, wins) in zip(grid, [*shown, (_PAPER, _published())], strict=True):
        _bars(axes, title, wins)
    grid[0].set_ylabel("contests won")
    models = [each.panel.name for each in panels if each.panel.is_model]
    below(figure, " ".join((NO_SUBSTITUTE,) if models else ("People judged blind, in pairs.",)))
    return figure


def _bars(axes: Axes, title: str, wins: Wins) -> None:
    """A bar per axis, in which the authors' contests stand on one another."""
    names = list(dict.fromkeys(axis for found in wins.values() for axis in found))
    places = np.arange(len(names))
    below_ = np.zeros(len(names))
    for author, style in styles(wins).items():
        heights = np.array([wins[author].get(axis, 0) for axis in names], dtype=float)
        some = heights > 0
        axes.bar(
            places[some],
            heights[some],
            bottom=below_[some],
            width=0.6,
            label=plain(printable(author)),
            facecolor=f"{colour(style)}88",
            edgecolor=colour(style),
            hatch=hatch(style),
        )
        below_ += heights
    axes.set_title(plain(textwrap.fill(printable(title), _LETTERS)), loc="left", fontsize=8)
    axes.set_xticks(places, names, fontsize=8)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.locator_params(axis="y", integer=True)
    axes.set_ylim(0, max(1.0, float(below_.max(initial=0.0))) * 1.5)
    axes.legend(fontsize=7, frameon=False, loc="upper left")
