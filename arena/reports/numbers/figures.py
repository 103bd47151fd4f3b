"""Figures 2, 3, 6, 7 and 8: histograms, repetitions, and what stands where in a sequence."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from arena.experiments.numbers.task import Task
from arena.experiments.numbers.true_sample import true_sample
from arena.reports.figure import below, colour, hatch, plain, rendered
from arena.reports.numbers.measures import TaskCellReport
from arena.reports.numbers.report import TaskReport
from arena.reports.settings import labels
from arena.stats.sequences import by_position, repetition_report
from arena.stats.uniformity import chi_square, histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ACROSS: Final = 3  # panels side by side
_LETTERS: Final = 42  # of a name in a line above a panel
_WIDTH, _HEIGHT = 3.0, 2.1  # inches a panel
_GREY: Final = "#888888"


@dataclass(frozen=True)
class _Panel:
    """Some counts of a task's values. `exact` are the probabilities beside them, and `open` the share that exact mode
    left open where it gives none; a true sample has no style."""

    title: str
    task: Task
    counts: NDArray[np.int64]
    style: int | None
    exact: tuple[float, ...] | None = None
    open: float | None = None

    @property
    def n(self) -> str:
        """How many answers were drawn, in words."""
        n = int(self.counts.sum())
        if self.task.length > 1:
            return f"n = {n // self.task.length:,} sequences ({n:,} integers)"
        return f"n = {n:,} answers"


def figures(report: TaskReport) -> dict[str, dict[str, bytes]]:
    """All figures that the report's cells fill: by name ("figure2") and format. The same bytes from the same run."""
    return {name: rendered(draw) for name, draw in _drawn(report).items()}


def _drawn(report: TaskReport) -> dict[str, Callable[[], Figure]]:
    found: dict[str, Callable[[], Figure]] = {}
    for name, task in (("figure2", "integers"), ("figure2-letters", "letters"), ("figure8", "sequences")):
        if cells := [cell for cell in report.single(task) if _has_counts(cell)]:
            found[name] = partial(_histograms, report, cells)
    if sequences := [cell for cell in report.single("sequences") if cell.is_sequences]:
        found["figure3"] = partial(_repetitions, report, sequences)
        found["figure6"] = partial(_positions, report, sequences)
    if matched := [cell for cell in report.cells if cell.prompt.get("matched") and _has_counts(cell)]:
        base = [cell for cell in report.bases(matched) if _has_counts(cell)][:1]
        found["figure7"] = partial(_histograms, report, [*base, *matched])
    return found


def _has_counts(cell: TaskCellReport) -> bool:
    return len(cell.values) > 0 or cell.distribution is not None


# --- histograms: figures 2, 7 and 8 ---


def _histograms(report: TaskReport, cells: Sequence[TaskCellReport]) -> Figure:
    task = cells[0].task
    n = max(len(cell.values) for cell in cells) or cells[0].n
    sample = true_sample(report.runs[0].spec.seed, task, n)
    panels = [_Panel("true sample", task, histogram(sample, len(task.values)), None)]
    matched = any(cell.prompt.get("matched") for cell in cells)
    names = labels([cell.settings for cell in cells], shown=("temperature",) if matched else ())
    panels += [_panel(name, cell, style, matched) for style, (name, cell) in enumerate(zip(names, cells, strict=True))]
    figure, grid = _grid(len(panels))
    drawn = (panel.counts.max() / max(1, panel.counts.sum()) for panel in panels)
    highest = max(*drawn, *(max(panel.exact) for panel in panels if panel.exact))
    for axes, panel in zip(grid, panels, strict=False):
        _bars(axes, panel)
        axes.set_ylim(0.0, 100 * highest * 1.08)
    legend = f"Bars: {_shares_of(task)} drawn; line: chance."
    if any(panel.exact for panel in panels):
        legend += " Circles: exact probabilities given a valid answer."
    if any(panel.open is not None for panel in panels):
        legend += " Without circles: exact mode left more open than it found valid."
    if matched:
        legend += " T: temperature; H: the first token's entropy in bits."
    return _finished(figure, grid, len(panels), report, cells, legend, f"% of {_shares_of(task)}")


def _shares_of(task: Task) -> str:
    return "integers" if task.length > 1 else "answers"


def _panel(name: str, cell: TaskCellReport, style: int, matched: bool) -> _Panel:
    title = name
    if matched:
        bits = f", H = {cell.entropy['entropy']:.1f}" if "entropy" in cell.entropy else ""
        title += f"\nT = {cell.sampling[0]:g}{bits}"
    left_open = cell.exact.unexplored if cell.exact is not None and cell.distribution is None else None
    return _Panel(title, cell.task, cell.counts, style, cell.distribution, left_open)


def _bars(axes: Axes, panel: _Panel) -> None:
    k = len(panel.task.values)
    n = int(panel.counts.sum())
    places = np.arange(k)
    if n:
        shade = _GREY if panel.style is None else colour(panel.style)
        axes.bar(
            places,
            100 * panel.counts / n,
            width=0.82,
            facecolor=shade + "55",
            edgecolor=shade,
            hatch="" if panel.style is None else hatch(panel.style),
        )
        said = f"{panel.n}, χ² = {chi_square(panel.counts):,.0f}"
    else:
        said = "exact alone: nothing drawn"
    if panel.open is not None:
        said += f"\nno circles: {panel.open:.2f} open"
    if panel.exact is not None:
        axes.plot(places, 100 * np.array(panel.exact), "o", color="black", markersize=3.5, markerfacecolor="white")
    axes.axhline(100 / k, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_xticks(places, panel.task.values)
    axes.tick_params(axis="x", length=0)
    _title(axes, panel.title, said)


# --- sequences: figures 3 and 6 ---


def _repetitions(report: TaskReport, cells: Sequence[TaskCellReport]) -> Figure:
    task = cells[0].task
    n = len(cells[0].values)
    sample = true_sample(report.runs[0].spec.seed, task, n)
    shown: list[tuple[str, NDArray[np.int64], int | None]] = [("true sample", sample, None)]
    names = labels([cell.settings for cell in cells])
    shown += [(name, cell.values, style) for style, (name, cell) in enumerate(zip(names, cells, strict=True))]
    figure, grid = _grid(len(shown))
    reports = [repetition_report(sequences, len(task.values)) for _, sequences, _ in shown]
    highest = max(max(found.counts) / sum(found.counts) for found in reports)
    for axes, found, (title, sequences, style) in zip(grid, reports, shown, strict=False):
        size = len(sequences)
        axes.set_ylim(0.0, 100 * highest * 1.08)
        shade = _GREY if style is None else colour(style)
        axes.bar(
            range(len(found.counts)),
            100 * np.array(found.counts) / size,
            width=0.82,
            facecolor=shade + "55",
            edgecolor=shade,
            hatch="" if style is None else hatch(style),
        )
        axes.plot(range(len(found.expected)), 100 * np.array(found.expected) / size, "k_", markersize=9)
        axes.set_xticks(range(len(found.counts)))
        axes.tick_params(axis="x", length=0)
        _title(axes, title, f"n = {size:,}, MSE = {found.mse:,.0f} (a true sample's: {found.floor:.0f})")
    for axes in grid[len(shown) - min(len(shown), _ACROSS) : len(shown)]:
        axes.set_xlabel("repetitions", fontsize=8)
    legend = "Bars: sequences by their repetitions; dashes: expected of a true sample; n: sequences."
    return _finished(figure, grid, len(shown), report, cells, legend, "% of sequences")


def _positions(report: TaskReport, cells: Sequence[TaskCellReport]) -> Figure:
    task = cells[0].task
    n = len(cells[0].values)
    sample = true_sample(report.runs[0].spec.seed, task, n)
    names = labels([cell.settings for cell in cells])
    shown = [("true sample", sample), *zip(names, (cell.values for cell in cells), strict=True)]
    shares = [100 * by_position(sequences, len(task.values)).T for _, sequences in shown]
    figure, grid = _grid(len(shown), height=2.5)
    highest = max(float(share.max()) for share in shares)
    image = None
    for axes, (title, sequences), share in zip(grid, shown, shares, strict=False):
        image = axes.imshow(share, origin="lower", aspect="auto", cmap="cividis", vmin=0.0, vmax=highest)
        axes.set_xticks(range(task.length), [str(place) for place in range(1, task.length + 1)])
        axes.set_yticks(range(len(task.values)), task.values)
        axes.tick_params(length=0, labelsize=7)
        _title(axes, title, f"n = {len(sequences):,} sequences")
        axes.set_xlabel("place in the sequence", fontsize=8)
    assert image is not None
    bar = figure.colorbar(image, ax=grid[: len(shown)], shrink=0.8)
    bar.set_label("% of sequences", fontsize=8)
    legend = f"Each place's share of each integer; chance is {100 / len(task.values):.1f}% everywhere."
    return _finished(figure, grid, len(shown), report, cells, legend)


# --- what they share ---


def _grid(count: int, height: float = _HEIGHT) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    across = min(_ACROSS, count)
    down = -(-count // across)
    figure = Figure(figsize=(_WIDTH * across + 0.4, height * down + 0.7), layout="constrained")
    return figure, list(figure.subplots(down, across, squeeze=False).ravel())


def _title(axes: Axes, name: str, said: str) -> None:
    """A panel's head: whose it is, in as many lines as that needs, and its numbers."""
    name = "\n".join(textwrap.fill(line, _LETTERS) for line in name.split("\n"))
    axes.set_title(f"{plain(name)}\n{said}", fontsize=8, loc="left", pad=3)


def _finished(
    figure: Figure,
    grid: Sequence[Axes],
    used: int,
    report: TaskReport,
    cells: Sequence[TaskCellReport],
    legend: str,
    rates: str = "",
) -> Figure:
    """With the sentences below the figure; `rates` is what the panels' heights are shares of."""
    for axes in grid[used:]:
        axes.set_axis_off()
    if rates:
        across = min(_ACROSS, used)
        for axes in grid[:used:across]:
            axes.set_ylabel(rates, fontsize=8)
    below(figure, " ".join((f"{report.title}.", *report.said_of(cells), legend, *report.cautions_of(cells))), 7)
    return figure
