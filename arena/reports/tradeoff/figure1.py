"""Figure 1: a model's score on a leaderboard against how unpredictable it is, in four panels, with its table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from arena.reports.figure import below, blank, colour, ground, plain, points, styles
from arena.reports.look import current
from arena.reports.report import Figure
from arena.reports.table import Column, Row, Table, plain_table
from arena.reports.tradeoff.points import PANELS, Measured, Point, Points, values_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_TITLE: Final = "Figure 1: leaderboard score and unpredictability"
_PANEL: Final = 4.2, 2.5  # inches
_NARROW: Final = 3.6  # inches: a panel in a figure of two columns has at least these
_SMALL, _LARGE = 5.0, 8.5  # markers, in points, by the model's size
_LEGEND: Final = "Circles: base models; triangles: aligned models."
_COLUMNS: Final = (
    Column("kind", "kind", "text", expendable=4),
    Column("score", "score", digits=2),
    Column("integers", "minus chi²", digits=0),
    Column("integers", "95%", "interval", 0, expendable=2),
    Column("sequences", "minus MSE", digits=0),
    Column("rps", "net, rps"),
    Column("rps", "95%", "interval", expendable=1),
    Column("hide-and-seek", "net, hide & seek"),
    Column("hide-and-seek", "95%", "interval", expendable=1),
)


def table1(found: Points) -> Table:
    """The points as a table."""
    rows = tuple(Row(point.name, values_of(point), source=point.source) for point in found.points)
    return Table("figure1", _TITLE, _COLUMNS, rows, found.notes)


def records(found: Points) -> list[dict[str, Any]]:
    """The points, nothing rounded."""
    return [{"name": point.name, **values_of(point)} for point in found.points]


def figure1(found: Points) -> Figure:
    """The figure."""
    rows = [Row(point.name, values_of(point), source=point.source) for point in found.points]
    return Figure("figure1", _TITLE, lambda: _drawn(found), plain_table("figure1", _TITLE, rows))


def _drawn(found: Points) -> Drawing:
    style = styles(point.group for point in found.points)
    across = 2 if current().size(2 * _PANEL[0], 0)[0] >= 2 * _NARROW else 1
    figure = blank(across * _PANEL[0], 4 / across * _PANEL[1] + 1.2)
    grid = figure.subplots(4 // across, across, squeeze=False, sharex=True).ravel()
    for axes, (key, label) in zip(grid, PANELS.items(), strict=True):
        shown = [(point, point.measured[key]) for point in found.points if key in point.measured]
        axes.set_title(label, fontsize=points(9), loc="left", pad=4)
        if not shown:
            axes.text(0.5, 0.5, "nothing measured", transform=axes.transAxes, ha="center", va="center")
        for point, measured in shown:
            _draw(axes, point, measured, style[point.group], found.points)
        axes.margins(0.08, 0.12)
    for axes in grid[-across:]:
        axes.set_xlabel("leaderboard score", fontsize=points(8))
    names = _handles(found.points, style)
    figure.legend(
        handles=names, loc="outside upper center", ncols=3 if across == 2 else 2, fontsize=points(7.5), frameon=False
    )
    below(figure, " ".join((_legend(found.points), *found.notes)))
    return figure


def _draw(axes: Axes, point: Point, measured: Measured, style: int, among: Sequence[Point]) -> None:
    shade = colour(style)
    if measured.interval is not None:
        axes.plot([point.score.value] * 2, measured.interval, color=shade, linewidth=1.2)
    axes.plot(point.score.value, measured.value, **_marker(point, style, among))


def _marker(point: Point, style: int, among: Sequence[Point]) -> dict[str, Any]:
    sizes = _sizes(among)
    share = sizes.index(point.size) / (len(sizes) - 1) if point.size and len(sizes) > 1 else 0.5
    return {
        "linestyle": "none",
        "marker": "o" if point.kind == "base" else "^",
        "markersize": _SMALL + share * (_LARGE - _SMALL),
        "color": colour(style),
        "markerfacecolor": colour(style) if point.source == "run" else ground(),
    }


def _sizes(among: Sequence[Point]) -> list[str]:
    """The sizes of models, the smallest first."""
    return sorted({point.size for point in among if point.size}, key=lambda size: (_parameters(size), size))


def _parameters(size: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([MB])", size)
    return float(found[1]) * (1000 if found[2] == "B" else 1) if found else 0.0


def _legend(among: Sequence[Point]) -> str:
    """What the markers mean."""
    sizes = _sizes(among)
    said = [_LEGEND]
    said += [f"Larger markers are larger models: {', '.join(sizes)}."] if len(sizes) > 1 else []
    said += ["Hollow: the paper's values."] if any(one.source == "paper" for one in among) else []
    return " ".join(said)


def _handles(among: Sequence[Point], style: dict[str, int]) -> list[Artist]:
    """One sample of each colour."""
    from matplotlib.lines import Line2D

    first = {point.group: point for point in reversed(among)}
    return [
        Line2D([], [], **{**_marker(first[name], at, among), "markersize": 6.5}, label=plain(name))
        for name, at in style.items()
    ]
