"""Figures 2, 3, 6, 7 and 8: histograms, repetitions, and the integers at each place of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from arena.experiments.numbers.true_sample import true_sample
from arena.reports.figure import below, ink, points, styles
from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.numbers.panels import Panel, bars, columns, head, panel_grid, set_head
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.report import Figure
from arena.reports.settings import labels
from arena.reports.table import Row, plain_table
from arena.stats.sequences import by_position, repetition_report
from arena.stats.uniformity import chi_square, histogram
from arena.text import number_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_TRUE: Final = "true sample"
_MATCHED: Final = ("temperature",)  # stated in the heads of figure 7


def figures(runs: NumbersRuns) -> tuple[Figure, ...]:
    """All figures for which there are cells."""
    style = styles(cell.subject for cell in runs.cells)
    found = []
    for key, task, title in (
        ("figure2", "integers", "Figure 2: single random integers"),
        ("figure2-letters", "letters", "Figure 2: single random letters"),
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


def _has_counts(cell: NumbersCellReport) -> bool:
    return len(cell.values) > 0 or cell.distribution is not None


# --- histograms: figures 2, 7 and 8 ---


def _histograms(
    key: str, title: str, runs: NumbersRuns, cells: Sequence[NumbersCellReport], style: dict[str, int]
) -> Figure:
    task = cells[0].task
    k = len(task.values)
    sample = true_sample(runs.run.spec.seed, task, max(len(cell.values) for cell in cells) or cells[0].n)
    counts = histogram(sample, k)
    panels = [Panel(_TRUE, head(_TRUE, _drawn(counts, task.length)), counts, None)]
    matched = any(cell.prompt.get("matched") for cell in cells)
    for name, cell in zip(labels([cell.settings for cell in cells], _MATCHED if matched else ()), cells, strict=True):
        said = [_drawn(cell.counts, task.length)]
        if matched:
            bits = f", H = {cell.entropy['entropy']:.1f}" if "entropy" in cell.entropy else ""
            said.insert(0, f"T = {number_text(cell.sampling[0])}{bits}")
        if cell.exact is not None and cell.distribution is None:
            said.append(f"no circles: {cell.exact.unexplored:.2f} open")
        panels.append(Panel(name, head(name, *said), cell.counts, style[cell.subject], cell.subject, cell.distribution))
    shares_of = "integers" if task.length > 1 else "answers"
    legend = f"Bars: {shares_of} drawn; line: chance."
    if any(cell.distribution for cell in cells):
        legend += " Circles: exact probabilities given a valid answer."
    if any(cell.exact is not None and cell.distribution is None for cell in cells):
        legend += " Without circles: exact mode left more open than it found valid."
    if matched:
        legend += " T: temperature; H: the first token's entropy in bits."

    def draw() -> Drawing:
        figure, grid = bars(panels, task.values, "o", f"% of {shares_of}")
        for axes in grid:
            axes.axhline(100 / k, color=ink(), linewidth=0.8, linestyle=(0, (4, 3)))
        return _finished(figure, runs, cells, legend)

    return Figure(key, title, draw, plain_table(key, title, [panel.data(task.values, "exact") for panel in panels]))


def _drawn(counts: NDArray[np.int64], length: int) -> str:
    """How many answers were drawn, and their chi-square."""
    n = int(counts.sum())
    if not n:
        return "exact mode only: nothing drawn"
    what = f"{n // length:,} sequences ({n:,} integers)" if length > 1 else f"{n:,} answers"
    return f"n = {what}, χ² = {chi_square(counts):,.0f}"


# --- sequences: figures 3 and 6 ---


def _with_true(
    runs: NumbersRuns, cells: Sequence[NumbersCellReport]
) -> list[tuple[str, str | None, NDArray[np.int64]]]:
    """Name, subject and sequences of each panel, beginning with a true sample of the first cell's size."""
    sample = true_sample(runs.run.spec.seed, cells[0].task, len(cells[0].values))
    named = zip(labels([cell.settings for cell in cells]), cells, strict=True)
    return [(_TRUE, None, sample), *((name, cell.subject, cell.values) for name, cell in named)]


def _repetitions(runs: NumbersRuns, cells: Sequence[NumbersCellReport], style: dict[str, int]) -> Figure:
    title = "Figure 3: repetitions in sequences of ten"
    ticks = [str(place) for place in range(cells[0].task.length + 1)]
    panels = []
    for name, subject, sequences in _with_true(runs, cells):
        found, size = repetition_report(sequences, len(cells[0].task.values)), len(sequences)
        said = f"n = {size:,}, MSE = {found.mse:,.0f} (a true sample's: {found.floor:.0f})"
        expected = [count / size for count in found.expected]
        panels.append(
            Panel(
                name,
                head(name, said),
                np.array(found.counts),
                None if subject is None else style[subject],
                subject,
                expected,
            )
        )

    def draw() -> Drawing:
        figure, grid = bars(panels, ticks, "_", "% of sequences")
        for axes in grid[-columns(grid[0]) :]:
            axes.set_xlabel("repetitions", fontsize=points(8))
        legend = "Bars: sequences by their repetitions; dashes: expected of a true sample; n: sequences."
        return _finished(figure, runs, cells, legend)

    data = plain_table("figure3", title, [panel.data(ticks, "expected") for panel in panels])
    return Figure("figure3", title, draw, data)


def _positions(runs: NumbersRuns, cells: Sequence[NumbersCellReport]) -> Figure:
    task = cells[0].task
    shown = _with_true(runs, cells)
    shares = [100 * by_position(sequences, len(task.values)).T for *_, sequences in shown]

    def draw() -> Drawing:
        figure, grid = panel_grid(len(shown), height=2.5)
        highest = max(float(share.max()) for share in shares)
        for axes, (name, _, sequences), share in zip(grid, shown, shares, strict=True):
            image = axes.imshow(share, origin="lower", aspect="auto", cmap="cividis", vmin=0.0, vmax=highest)
            axes.set_xticks(range(task.length), [str(place) for place in range(1, task.length + 1)])
            axes.set_yticks(range(len(task.values)), task.values)
            axes.tick_params(length=0, labelsize=points(7))
            set_head(axes, head(name, f"n = {len(sequences):,} sequences"))
            axes.set_xlabel("place in the sequence", fontsize=points(8))
        bar = figure.colorbar(image, ax=grid, shrink=0.8)
        bar.set_label("% of sequences", fontsize=points(8))
        legend = f"Each place's share of each integer; chance is {100 / len(task.values):.1f}% everywhere."
        return _finished(figure, runs, cells, legend)

    title = "Figure 6: integers by their place in sequences of ten"
    rows = [
        Row(
            name,
            {"subject": subject, "place": place, **dict(zip(task.values, column, strict=True))},
            source="value" if subject is None else "run",
        )
        for (name, subject, _), share in zip(shown, shares, strict=True)
        for place, column in enumerate(share.T.tolist(), 1)
    ]
    return Figure("figure6", title, draw, plain_table("figure6", title, rows))


def _finished(figure: Drawing, runs: NumbersRuns, cells: Sequence[NumbersCellReport], legend: str) -> Drawing:
    """The figure with the sentences below it."""
    below(figure, " ".join((f"{runs.title}.", *runs.said_of(cells), legend, *runs.cautions_of(cells))), 7)
    return figure
