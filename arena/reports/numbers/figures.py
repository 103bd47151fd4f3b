"""Figures 2, 3, 6, 7 and 8: histograms, repetitions, and what stands where in a sequence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.experiments.numbers.task import Task
from arena.experiments.numbers.true_sample import true_sample
from arena.reports.figure import below, colour, hatch, plain, styles
from arena.reports.numbers.measures import TaskCellReport
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.report import Figure
from arena.reports.settings import labels
from arena.reports.table import plain_table
from arena.stats.sequences import by_position, repetition_report
from arena.stats.uniformity import chi_square, histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_ACROSS: Final = 3  # panels side by side
_LETTERS: Final = 42  # of a name in a line above a panel
_WIDTH, _HEIGHT = 3.0, 2.1  # inches a panel
_GREY: Final = "#888888"
_TRUE: Final = "true sample"


@dataclass(frozen=True)
class _Panel:
    """Some counts of a task's values. `exact` are the probabilities beside them, and `open` the share that exact mode
    left open where it gives none; a true sample has no style."""

    name: str
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

    @property
    def data(self) -> dict[str, Any]:
        """What is drawn of it: counts, and the exact probabilities."""
        drawn = dict(zip(self.task.values, self.counts.tolist(), strict=True))
        exact = () if self.exact is None else zip(self.task.values, self.exact, strict=True)
        return drawn | {f"exact {value}": probability for value, probability in exact}


def figures(runs: NumbersRuns) -> tuple[Figure, ...]:
    """All figures that the cells fill."""
    style = styles(cell.subject for cell in runs.cells)
    found = []
    for key, task, title in (
        ("figure2", "integers", "Figure 2: single random integers"),
        ("figure2-letters", "letters", "Figure 2 for single random letters"),
        ("figure8", "sequences", "Figure 8: integers of sequences of ten"),
    ):
        if cells := [cell for cell in runs.single(task) if _has_counts(cell)]:
            found.append(_histograms(key, title, runs, cells, style))
    if sequences := [cell for cell in runs.single("sequences") if cell.is_sequences]:
        found += [_repetitions(runs, sequences, style), _positions(runs, sequences)]
    if matched := [cell for cell in runs.cells if cell.prompt.get("matched") and _has_counts(cell)]:
        base = [cell for cell in runs.bases(matched) if _has_counts(cell)][:1]
        title = "Figure 7: single values with entropy matched"
        found.append(_histograms("figure7", title, runs, [*base, *matched], style))
    return tuple(found)


def _has_counts(cell: TaskCellReport) -> bool:
    return len(cell.values) > 0 or cell.distribution is not None


# --- histograms: figures 2, 7 and 8 ---


def _histograms(
    key: str, title: str, runs: NumbersRuns, cells: Sequence[TaskCellReport], style: dict[str, int]
) -> Figure:
    task = cells[0].task
    n = max(len(cell.values) for cell in cells) or cells[0].n
    sample = true_sample(runs.runs[0].spec.seed, task, n)
    panels = [_Panel(_TRUE, _TRUE, task, histogram(sample, len(task.values)), None)]
    matched = any(cell.prompt.get("matched") for cell in cells)
    names = labels([cell.settings for cell in cells], shown=("temperature",) if matched else ())
    panels += [_panel(name, cell, style[cell.subject], matched) for name, cell in zip(names, cells, strict=True)]
    data = plain_table(key, title, [(panel.name, panel.data) for panel in panels])
    return Figure(key, title, partial(_draw_histograms, runs, cells, panels, matched), data)


def _draw_histograms(
    runs: NumbersRuns, cells: Sequence[TaskCellReport], panels: Sequence[_Panel], matched: bool
) -> Drawing:
    figure, grid = _grid(len(panels))
    drawn = (panel.counts.max() / max(1, panel.counts.sum()) for panel in panels)
    highest = max(*drawn, *(max(panel.exact) for panel in panels if panel.exact))
    for axes, panel in zip(grid, panels, strict=False):
        _histogram(axes, panel)
        axes.set_ylim(0.0, 100 * highest * 1.08)
    shares_of = "integers" if cells[0].task.length > 1 else "answers"
    legend = f"Bars: {shares_of} drawn; line: chance."
    if any(panel.exact for panel in panels):
        legend += " Circles: exact probabilities given a valid answer."
    if any(panel.open is not None for panel in panels):
        legend += " Without circles: exact mode left more open than it found valid."
    if matched:
        legend += " T: temperature; H: the first token's entropy in bits."
    return _finished(figure, grid, len(panels), runs, cells, legend, f"% of {shares_of}")


def _panel(name: str, cell: TaskCellReport, style: int, matched: bool) -> _Panel:
    title = name
    if matched:
        bits = f", H = {cell.entropy['entropy']:.1f}" if "entropy" in cell.entropy else ""
        title += f"\nT = {cell.sampling[0]:g}{bits}"
    left_open = cell.exact.unexplored if cell.exact is not None and cell.distribution is None else None
    return _Panel(name, title, cell.task, cell.counts, style, cell.distribution, left_open)


def _histogram(axes: Axes, panel: _Panel) -> None:
    k = len(panel.task.values)
    n = int(panel.counts.sum())
    said = "exact alone: nothing drawn"
    if n:
        _bars(axes, 100 * panel.counts / n, panel.style)
        said = f"{panel.n}, χ² = {chi_square(panel.counts):,.0f}"
    if panel.open is not None:
        said += f"\nno circles: {panel.open:.2f} open"
    if panel.exact is not None:
        axes.plot(range(k), 100 * np.array(panel.exact), "o", color="black", markersize=3.5, markerfacecolor="white")
    axes.axhline(100 / k, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_xticks(range(k), panel.task.values)
    axes.tick_params(axis="x", length=0)
    _title(axes, panel.title, said)


# --- sequences: figures 3 and 6 ---


def _with_true(
    runs: NumbersRuns, cells: Sequence[TaskCellReport]
) -> list[tuple[str, NDArray[np.int64], TaskCellReport | None]]:
    """The sequences of each panel: a true sample's first, of as many as the first cell has."""
    sample = true_sample(runs.runs[0].spec.seed, cells[0].task, len(cells[0].values))
    names = labels([cell.settings for cell in cells])
    return [(_TRUE, sample, None), *((name, cell.values, cell) for name, cell in zip(names, cells, strict=True))]


def _repetitions(runs: NumbersRuns, cells: Sequence[TaskCellReport], style: dict[str, int]) -> Figure:
    shown = _with_true(runs, cells)
    reports = [repetition_report(sequences, len(cells[0].task.values)) for _, sequences, _ in shown]

    def draw() -> Drawing:
        figure, grid = _grid(len(shown))
        highest = max(max(found.counts) / sum(found.counts) for found in reports)
        for axes, found, (name, sequences, cell) in zip(grid, reports, shown, strict=False):
            size = len(sequences)
            axes.set_ylim(0.0, 100 * highest * 1.08)
            _bars(axes, 100 * np.array(found.counts) / size, None if cell is None else style[cell.subject])
            axes.plot(range(len(found.expected)), 100 * np.array(found.expected) / size, "k_", markersize=9)
            axes.set_xticks(range(len(found.counts)))
            axes.tick_params(axis="x", length=0)
            _title(axes, name, f"n = {size:,}, MSE = {found.mse:,.0f} (a true sample's: {found.floor:.0f})")
        for axes in grid[len(shown) - min(len(shown), _ACROSS) : len(shown)]:
            axes.set_xlabel("repetitions", fontsize=8)
        legend = "Bars: sequences by their repetitions; dashes: expected of a true sample; n: sequences."
        return _finished(figure, grid, len(shown), runs, cells, legend, "% of sequences")

    title = "Figure 3: repetitions in sequences of ten"
    rows = [
        (name, {**_numbered(found.counts), **_numbered(found.expected, "expected "), "mse": found.mse})
        for (name, *_), found in zip(shown, reports, strict=True)
    ]
    return Figure("figure3", title, draw, plain_table("figure3", title, rows))


def _numbered(values: Iterable[float], prefix: str = "") -> dict[str, float]:
    return {f"{prefix}{at}": value for at, value in enumerate(values)}


def _positions(runs: NumbersRuns, cells: Sequence[TaskCellReport]) -> Figure:
    task = cells[0].task
    shown = _with_true(runs, cells)
    shares = [100 * by_position(sequences, len(task.values)).T for _, sequences, _ in shown]

    def draw() -> Drawing:
        figure, grid = _grid(len(shown), height=2.5)
        highest = max(float(share.max()) for share in shares)
        for axes, (name, sequences, _), share in zip(grid, shown, shares, strict=False):
            image = axes.imshow(share, origin="lower", aspect="auto", cmap="cividis", vmin=0.0, vmax=highest)
            axes.set_xticks(range(task.length), [str(place) for place in range(1, task.length + 1)])
            axes.set_yticks(range(len(task.values)), task.values)
            axes.tick_params(length=0, labelsize=7)
            _title(axes, name, f"n = {len(sequences):,} sequences")
            axes.set_xlabel("place in the sequence", fontsize=8)
        bar = figure.colorbar(image, ax=grid[: len(shown)], shrink=0.8)
        bar.set_label("% of sequences", fontsize=8)
        legend = f"Each place's share of each integer; chance is {100 / len(task.values):.1f}% everywhere."
        return _finished(figure, grid, len(shown), runs, cells, legend)

    title = "Figure 6: what stands where in sequences of ten"
    rows = [
        (name, {"place": place, **dict(zip(task.values, column, strict=True))})
        for (name, *_), share in zip(shown, shares, strict=True)
        for place, column in enumerate(share.T.tolist(), 1)
    ]
    return Figure("figure6", title, draw, plain_table("figure6", title, rows))


# --- what they share ---


def _grid(count: int, height: float = _HEIGHT) -> tuple[Drawing, list[Axes]]:
    from matplotlib.figure import Figure as Drawing

    across = min(_ACROSS, count)
    down = -(-count // across)
    figure = Drawing(figsize=(_WIDTH * across + 0.4, height * down + 0.7), layout="constrained")
    return figure, list(figure.subplots(down, across, squeeze=False).ravel())


def _bars(axes: Axes, heights: NDArray[np.float64], style: int | None) -> None:
    """Bars in a subject's style; grey for a true sample."""
    shade = _GREY if style is None else colour(style)
    filling = "" if style is None else hatch(style)
    axes.bar(range(len(heights)), heights, width=0.82, facecolor=shade + "55", edgecolor=shade, hatch=filling)


def _title(axes: Axes, name: str, said: str) -> None:
    """A panel's head: whose it is, in as many lines as that needs, and its numbers."""
    name = "\n".join(textwrap.fill(line, _LETTERS) for line in name.split("\n"))
    axes.set_title(f"{plain(name)}\n{said}", fontsize=8, loc="left", pad=3)


def _finished(
    figure: Drawing,
    grid: Sequence[Axes],
    used: int,
    runs: NumbersRuns,
    cells: Sequence[TaskCellReport],
    legend: str,
    rates: str = "",
) -> Drawing:
    """With the sentences below the figure; `rates` is what the panels' heights are shares of."""
    for axes in grid[used:]:
        axes.set_axis_off()
    if rates:
        across = min(_ACROSS, used)
        for axes in grid[:used:across]:
            axes.set_ylabel(rates, fontsize=8)
    below(figure, " ".join((f"{runs.title}.", *runs.said_of(cells), legend, *runs.cautions_of(cells))), 7)
    return figure
