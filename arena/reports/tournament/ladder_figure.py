"""The ladder of readers as a figure: what each gains a round, from chance up to the ideal reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from arena.reports.figure import below, blank, colour, ground, ink, plain, points, styles
from arena.reports.report import Figure
from arena.reports.table import Row, plain_table
from arena.reports.tournament.ladder import Ladder, gained
from arena.reports.tournament.ladder_table import KEY, ladder_table
from arena.reports.tournament.runs import TournamentRuns
from arena.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_TITLE: Final = "The ladder of readers: what each gains from a subject, in points a round"
_WIDTH: Final = 8.0  # inches
_ROW: Final = 0.32  # inches per rung
_LEGEND: Final = (
    "Filled: exact. Hollow: played. Bars: 95% intervals, or bounds where nothing was sampled. Cross: what the best "
    "reply to each round's policy would have gained in these rounds."
)


def ladder_figure(runs: TournamentRuns, ladders: Sequence[Ladder]) -> Figure:
    """A panel for each subject and game, with a row for each rung."""
    rows = [Row(row.name, row.values, state=row.state) for table in ladder_table(runs, ladders) for row in table.rows]
    return Figure(KEY, _TITLE, lambda: _drawn(runs, ladders), plain_table(KEY, _TITLE, rows))


def _drawn(runs: TournamentRuns, ladders: Sequence[Ladder]) -> Drawing:
    heights = [_ROW * len(ladder.rungs) + 0.8 for ladder in ladders]
    figure = blank(_WIDTH, sum(heights) + 0.5)
    panels = figure.subplots(len(ladders), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    style = styles(ladder.rungs[0].cell.cell.spec.subject for ladder in ladders)
    for axes, ladder in zip(panels, ladders, strict=True):
        _panel(axes, ladder, style[ladder.rungs[0].cell.cell.spec.subject])
    panels[-1].set_xlabel("gain, points a round")
    below(figure, " ".join((f"{runs.title}.", *runs.said_of(runs.shown), _LEGEND, *runs.cautions_of(runs.shown))))
    return figure


def _panel(axes: Axes, ladder: Ladder, style: int) -> None:
    axes.set_title(plain(f"{ladder.name}, {ladder.game.title}"), loc="left", fontsize=points(9))
    axes.axvline(0.0, color=ink(), linewidth=0.9)
    for place, rung in enumerate(ladder.rungs):
        if rung.gain.interval is not None:
            axes.plot(rung.gain.interval, (place, place), color=colour(style), linewidth=1.8, marker="|")
        face = colour(style) if rung.is_exact else ground()
        axes.plot(gained(rung), place, color=colour(style), marker="o", markersize=6.5, markerfacecolor=face)
        if rung.exploitability.value is not None:
            axes.plot(rung.exploitability.value, place, color=ink(), marker="x", markersize=5)
    axes.set_yticks(
        range(len(ladder.rungs)), [plain(printable(rung.reader)) for rung in ladder.rungs], fontsize=points(8)
    )
    axes.set_ylim(-0.6, len(ladder.rungs) - 0.4)
    axes.tick_params(axis="y", length=0)
