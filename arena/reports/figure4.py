"""Figure 4: how deterministic each subject is over all rounds (left), and after each outcome (right)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from arena.records import Outcome
from arena.reports.cells import CellReport
from arena.reports.run import RunReport
from arena.reports.table2 import FAMILIES_NOTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = ("png", "svg", "pdf")

# Okabe & Ito's palette, safe for the colour-blind; a hatch and a marker tell the same
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_HATCHES: Final = ("", "///", "...", "xxx", "\\\\\\", "---", "+++")
_MARKERS: Final = ("o", "^", "s", "D", "v", "P", "X")
_BINS: Final = 40
_SETTINGS: Final[Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same everywhere
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "arena",  # names of elements that are the same in every process
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.6,
}
_NO_DATE: Final = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def render(report: RunReport) -> dict[str, bytes]:
    """The figure as PNG, SVG and PDF, by format; the same bytes from the same run, in every process."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    files = {}
    with matplotlib.rc_context(_SETTINGS):
        for format in FORMATS:
            figure = _figure(report)
            FigureCanvasAgg(figure)
            buffer = io.BytesIO()
            figure.savefig(buffer, format=format, dpi=160, metadata=_NO_DATE[format])
            files[format] = buffer.getvalue()
    return files


def _figure(report: RunReport) -> Figure:
    from matplotlib.figure import Figure

    subjects = tuple(dict.fromkeys(cell.cell.spec.subject for cell in report.cells))
    games = report.games
    per_game = [[cell for cell in report.cells if cell.game.name == game.name and len(cell.rounds)] for game in games]
    heights = [max(2.2, 0.95 * len(cells) + 0.9) for cells in per_game]
    figure = Figure(figsize=(9.0, sum(heights) + 0.7), layout="constrained")
    boxes = figure.subfigures(len(games), 1, height_ratios=heights, squeeze=False)[:, 0]
    for box, game, cells in zip(boxes, games, per_game, strict=True):
        box.suptitle(game.title, x=0.01, ha="left", fontweight="bold")
        rows = max(1, len(cells))
        grid = box.add_gridspec(rows, 2, width_ratios=[3, 2])
        left = [box.add_subplot(grid[row, 0]) for row in range(rows)]
        right = box.add_subplot(grid[:, 1])
        for row, axes in enumerate(left):
            if cells:
                _distribution(axes, cells[row], subjects.index(cells[row].cell.spec.subject), row == rows - 1)
            else:
                axes.set_axis_off()
        _after(right, cells, subjects)
    note = FAMILIES_NOTE if report.families_differ else ""
    figure.supxlabel(
        _plain(f"run {report.run.name}, {report.run.spec.games} games of {report.run.spec.rounds} rounds. {note}"),
        fontsize=7,
    )
    return figure


def _plain(text: str) -> str:
    """A text without mathematics: a dollar sign in a model's name is a dollar sign."""
    return text.replace("$", r"\$")


def _distribution(axes: Axes, cell: CellReport, style: int, last: bool) -> None:
    """Left: the share of rounds by determinism, all rounds of all matches."""
    determinism = cell.determinism
    determinism = determinism[~np.isnan(determinism)]
    weights = np.full(len(determinism), 100.0 / max(1, len(determinism)))
    colour = _COLOURS[style % len(_COLOURS)]
    axes.hist(
        determinism,
        bins=np.linspace(0.0, 1.0, _BINS + 1).tolist(),
        weights=weights,
        facecolor=colour + "55",
        edgecolor=colour,
        hatch=_HATCHES[style % len(_HATCHES)],
        histtype="stepfilled",
    )
    chance = 1.0 / len(cell.game.moves)
    axes.axvline(chance, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    if len(determinism):
        axes.axvline(float(determinism.mean()), color=colour, linewidth=1.2)
    axes.set_xlim(0.0, 1.0)
    axes.margins(y=0.25)
    name = _plain(
        f"{cell.cell.spec.subject}   mean {determinism.mean():.2f}" if len(determinism) else cell.cell.spec.subject
    )
    axes.text(0.0, 1.02, name, transform=axes.transAxes, ha="left", va="bottom", color=colour, fontsize=8)
    axes.locator_params(axis="y", nbins=3)
    axes.set_ylabel("% of rounds", fontsize=7)
    if last:
        axes.set_xlabel(f"determinism (dashed: chance, 1/{len(cell.game.moves)})")
    else:
        axes.set_xticklabels([])


def _after(axes: Axes, cells: list[CellReport], subjects: tuple[str, ...]) -> None:
    """Right: mean determinism after an outcome minus that after a loss, with 95% intervals."""
    shown = [(name, outcome) for name, outcome in (("win", Outcome.WIN), ("tie", Outcome.TIE))]
    shown = [(name, outcome) for name, outcome in shown if any(cell.after(outcome).any() for cell in cells)]
    step = 0.6 / max(1, len(cells))
    for number, cell in enumerate(cells):
        style = subjects.index(cell.cell.spec.subject)
        for place, (_, outcome) in enumerate(shown):
            estimate = cell.after_difference(outcome)
            if estimate.value is None:
                continue
            low, high = estimate.interval or (estimate.value, estimate.value)
            axes.errorbar(
                place + (number - (len(cells) - 1) / 2) * step,
                estimate.value,
                yerr=[[estimate.value - low], [high - estimate.value]],
                color=_COLOURS[style % len(_COLOURS)],
                marker=_MARKERS[style % len(_MARKERS)],
                markersize=6,
                capsize=3,
                linewidth=1.4,
                label=_plain(cell.cell.spec.subject) if place == 0 else None,
            )
    axes.axhline(0.0, color="black", linewidth=0.8)
    axes.set_xticks(range(len(shown)), [f"after a {name}" for name, _ in shown])
    axes.set_xlim(-0.6, max(1, len(shown)) - 0.4)
    axes.margins(y=0.2)
    axes.set_ylabel("determinism minus that after a loss", fontsize=7)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, frameon=False, loc="best")
