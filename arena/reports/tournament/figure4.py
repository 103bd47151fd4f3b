"""Figure 4: how deterministic each subject is over all rounds (left), and after each outcome (right)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from arena.records import Outcome
from arena.reports.figure import below, blank, colour, ground, hatch, ink, plain, points, styles
from arena.reports.look import current
from arena.reports.report import Figure
from arena.reports.table import Row, flat, plain_table
from arena.reports.tournament.exact import ExactCell
from arena.reports.tournament.measures import CellReport, edges_of
from arena.reports.tournament.numbers import OUTCOMES
from arena.reports.tournament.runs import TournamentRuns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing
    from matplotlib.figure import SubFigure

_TITLE: Final = "Figure 4: determinism over all rounds, and after each outcome"
_WIDTH: Final = 9.0  # inches
_ROW: Final = 1.0  # inches per subject
_NARROW_ROW: Final = 1.3  # the same in a narrow figure
_LABEL: Final = 50  # letters of a name in a line, with room for the mean beside it
_WIDE: Final = 8.0  # inches; a narrower figure has the mean below the name
_EXACT: Final = (
    "Exact rows are of infinitely many games; a thin bar is the bound, which holds whatever is in what wasn't followed."
)
_LEGEND: Final = (
    "Bars to the right: 95% intervals; a hollow marker has none, as too few matches have the outcome. n: rounds, "
    "to the right those after that outcome."
)


def figure4(runs: TournamentRuns) -> Figure:
    """The figure. A cell in which no match counts is left out; a subject without a policy is shown as such."""
    cells = [cell for cell in runs.shown if isinstance(cell, ExactCell) or cell.counted]
    data = plain_table("figure4", _TITLE, [_data(runs, cell) for cell in cells])
    return Figure("figure4", _TITLE, lambda: _drawn(runs, cells), data)


def _data(runs: TournamentRuns, cell: CellReport | ExactCell) -> Row:
    """A cell's data in the figure: the percentage of rounds in each bin, of equal width from chance to 1."""
    found = cell.to_json() if isinstance(cell, ExactCell) else runs.document(cell)
    values = flat(
        {key: found[key] for key in ("subject", "game", "opponent", "rounds", "determinism", "determinism_after")}
    )
    if isinstance(cell, ExactCell):
        values |= {"exact": True, **{f"bin{at}": share for at, share in enumerate(cell.bins, 1)}}
        return Row(runs.label(cell), values, state=cell.state)
    values |= {f"rounds_after.{name}": cell.rounds_after(name) for name in OUTCOMES}
    values |= {f"bin{at}": share for at, share in enumerate(cell.bins or (), 1)}
    return Row(runs.label(cell), values, state=cell.state)


def _drawn(runs: TournamentRuns, cells: Sequence[CellReport | ExactCell]) -> Drawing:
    by_game = {game.name: [cell for cell in cells if cell.game.name == game.name] for game in runs.games}
    shown = [found for found in by_game.values() if found]
    style = styles(cell.cell.spec.subject for cell in runs.shown)
    row = _ROW if current().size(_WIDTH, 0)[0] >= _WIDE else _NARROW_ROW
    heights = [row * len(found) + 0.95 for found in shown]
    figure = blank(_WIDTH, sum(heights) + 0.4)
    if shown:
        boxes = figure.subfigures(len(shown), 1, height_ratios=heights, squeeze=False)[:, 0]
        for box, found in zip(boxes, shown, strict=True):
            _game(box, found, list(map(runs.label, found)), [style[cell.cell.spec.subject] for cell in found])
    legend = f"{_LEGEND} {_EXACT}" if runs.exact else _LEGEND
    said = (*runs.said_of(runs.shown), legend, *runs.uncounted, *runs.cautions_of(runs.shown))
    below(figure, " ".join((f"{runs.title}.", *said)))
    return figure


def _game(
    box: SubFigure, cells: Sequence[CellReport | ExactCell], labels: Sequence[str], styles: Sequence[int]
) -> None:
    """Draw a game: a row per subject, with its distribution and beside it its differences."""
    box.suptitle(plain(cells[0].game.title), x=0.01, ha="left", fontweight="bold")
    grid = box.subplots(len(cells), 2, sharex="col", squeeze=False, width_ratios=[3, 2])
    width = box.figure.get_figwidth()
    for (left, right), cell, label, style in zip(grid, cells, labels, styles, strict=True):
        title = f"{label} ({cell.state})" if cell.state else label
        _head(left, title, cell, width)
        _distribution(left, cell, style)
        if cell.has_policies:
            _after(right, cell, style)
        else:
            right.set_axis_off()
    chance = f"1/{len(cells[0].game.moves)}"
    grid[0, 0].annotate(
        f"chance\n{chance}" if width >= _WIDE else chance,
        (1 / len(cells[0].game.moves), 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(-4, 0),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=points(7.5),
    )
    # at least a hundredth each way, or bots' differences of almost zero would fill the axis
    ends = [-0.01, 0.01, *grid[0, 1].get_xlim()]
    grid[0, 1].set_xlim(min(ends), max(ends))
    grid[0, 1].locator_params(axis="x", nbins=5)
    grid[-1, 0].set_xlabel("determinism of a round (line: mean)")
    label = "mean determinism, minus that after a loss"
    grid[-1, 1].set_xlabel(label if width >= _WIDE else label.replace(", ", ",\n"))


def _head(axes: Axes, title: str, cell: CellReport | ExactCell, width: float) -> None:
    """Whose row it is and its mean: side by side, or in a figure of less `width` one below the other."""
    if isinstance(cell, ExactCell):
        said = f"mean {cell.mean_determinism:.3f}"
    else:
        said = f"mean {cell.determinism.mean():.2f}, n = {cell.counted:,}" if cell.has_policies else ""
    lines = textwrap.wrap(title, int(_LABEL * min(1.0, width / _WIDE)))
    if width >= _WIDE:
        axes.set_title(said, loc="right", fontsize=points(9), pad=3)
    elif said:
        lines.append(said)
    axes.set_title(plain("\n".join(lines)), loc="left", fontsize=points(9), pad=3)


def _distribution(axes: Axes, cell: CellReport | ExactCell, style: int) -> None:
    """Left: the share of rounds by determinism, all rounds of all matches, in bins from chance to 1."""
    chance = 1.0 / len(cell.game.moves)
    axes.axvline(chance, color=ink(), linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_xlim(0.0, 1.0)
    axes.set_ylabel("% of rounds", fontsize=points(8))
    axes.locator_params(axis="y", nbins=3)
    if not cell.has_policies:
        axes.text(0.5, 0.5, "has no policy to show", transform=axes.transAxes, ha="center", va="center")
        return
    edges = edges_of(cell.game)
    if isinstance(cell, ExactCell):
        values, weights = (np.array(edges[:-1]) + np.array(edges[1:])) / 2, np.array(cell.bins)
        mean = cell.mean_determinism
    else:
        values, weights = cell.clipped, np.full(len(cell.rounds), 100.0 / len(cell.rounds))
        mean = float(cell.determinism.mean())
    axes.hist(
        values,
        bins=edges,
        weights=weights,
        facecolor=colour(style) + "55",
        edgecolor=colour(style),
        hatch=hatch(style),
        histtype="stepfilled",
    )
    axes.axvline(mean, color=colour(style), linewidth=1.6)
    axes.set_ylim(0.0, None)


def _after(axes: Axes, cell: CellReport | ExactCell, style: int) -> None:
    """Right: mean determinism after a win and after a tie minus that after a loss, with 95% intervals."""
    ties = bool((cell.game.payoff == Outcome.TIE).any())
    shown = [("win", Outcome.WIN, "o"), ("tie", Outcome.TIE, "s")] if ties else [("win", Outcome.WIN, "o")]
    axes.axvline(0.0, color=ink(), linewidth=0.9)
    for place, (name, outcome, marker) in enumerate(shown):
        estimate = cell.after_difference(outcome)
        if estimate.value is None:
            missing = "loss" if np.any(cell.after(outcome)) else name
            axes.annotate(
                f"no round after a {missing}",
                (0, -place),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=points(7),
            )
            continue
        bound = cell.after_bound(outcome) if isinstance(cell, ExactCell) else None
        if bound is not None:
            axes.plot(bound, (-place, -place), color=colour(style), linewidth=0.6)
        if estimate.interval is not None:
            axes.plot(estimate.interval, (-place, -place), color=colour(style), linewidth=1.8, marker="|")
        face = colour(style) if estimate.interval is not None else ground()  # hollow: its interval is undefined
        axes.plot(estimate.value, -place, color=colour(style), marker=marker, markersize=6.5, markerfacecolor=face)
    axes.set_yticks(
        [-place for place in range(len(shown))],
        [f"after a {name}\n{_count(cell, outcome)}" for name, outcome, _ in shown],
        fontsize=points(8),
    )
    axes.set_ylim(-len(shown) + 0.4, 0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _count(cell: CellReport | ExactCell, outcome: Outcome) -> str:
    """How many rounds come after an outcome; of an exact cell, how many of a match's."""
    if isinstance(cell, ExactCell):
        return f"{cell.after(outcome):.2f} a match"
    return f"n = {int(cell.after(outcome).sum()):,}"
