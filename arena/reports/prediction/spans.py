"""The anchor spans of one prompt: a table that reads as text in a terminal, and a picture in which every generation
flows from span to span or past it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from arena.experiments.prediction.prompts import NAMED
from arena.reports.figure import below, blank, colour, ink, plain, points
from arena.reports.prediction.flow import Flow, Ribbon, flow
from arena.reports.prediction.live import live_skeleton
from arena.reports.prediction.writing import Writer, Written
from arena.reports.report import Figure
from arena.reports.table import Column, Row, Table, plain_table
from arena.stats.skeleton import AnchorSpan
from arena.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

MOST: Final = 12  # spans that are shown, those that most words of all generations are in
_BAR: Final = 20  # letters, for all generations
_LETTERS: Final = 13  # of a span's text in a line of the picture
_LINES: Final = 7
_WIDE: Final = 0.28  # of a span in the picture; the next one is 1 further

_COLUMNS: Final = (
    Column("text", "words of the span", "text"),
    Column("words", "words", "count", expendable=1),
    Column("generations", "generations", "count"),
    Column("bar", "", "text", expendable=2),
)


def shown_prompt(writer: Writer) -> Written | None:
    """The prompt whose skeleton is shown: the one that the paper names, or else the first."""
    return next((each for each in writer.shown if each.prompt == NAMED), next(iter(writer.shown), None))


def shown_spans(written: Written) -> list[AnchorSpan]:
    """The spans that are shown, in their order."""
    most = sorted(written.spans, key=lambda span: -span.length * len(span.holders))[:MOST]
    return sorted(most, key=lambda span: span.column)


def spans_table(writer: Writer, written: Written) -> Table:
    """The skeleton as a table: a span a row, in order, with a bar for the generations that hold it."""
    total = len(written.found.samples)
    rows = []
    for number, span in enumerate(shown_spans(written), start=1):
        held = len(span.holders)
        values: dict[str, Any] = {"text": written.text_of(span), "words": span.length, "generations": held}
        texts = {"text": printable(values["text"]), "bar": "█" * max(1, round(_BAR * held / total))}
        rows.append(Row(f"{writer.name}, {number}", values | {"name": writer.name, "of": total}, texts))
    more = len(written.spans) - len(rows)
    notes = [
        "Stretches of at least three words that stand verbatim and in this order in at least six generations of "
        f"\u201c{printable(written.prompt)}\u201d; each with how many of the {total} hold all of it."
    ]
    notes += [f"{more} spans of {writer.name} with fewer words in all are left out here."] if more > 0 else []
    return Table("skeleton", "Anchor spans of one prompt", _COLUMNS, tuple(rows), tuple(notes))


def explained_once(tables: Iterable[Table]) -> Iterator[Table]:
    """Tables that belong together, without the notes that one before has."""
    said: set[str] = set()
    for table in tables:
        yield replace(table, footnotes=tuple(note for note in table.footnotes if note not in said))
        said.update(table.footnotes)


def skeleton_figure(number: int, writer: Writer, written: Written) -> Figure:
    """The skeleton as a picture. `number` is the writer's among those of the report."""
    key, title = f"skeleton-{number + 1}", f"Skeleton of {writer.name}: {printable(written.prompt)}"
    spans = shown_spans(written)
    found = flow(written, spans)
    rows = [
        Row(stop.text, {"column": span.column, "words": span.length, "generations": stop.held})
        for span, stop in zip(spans, found.stops, strict=True)
    ]
    return Figure(
        key,
        title,
        lambda: _drawn(title, found, number),
        plain_table(key, title, rows),
        (lambda: live_skeleton(key, title, found, number)) if spans else None,
    )


def _drawn(title: str, found: Flow, style: int) -> Drawing:
    figure = blank(max(4.0, 1.05 * len(found.stops) + 1), 4.2)
    axes = figure.subplots()
    for at, stop in enumerate(found.stops):
        axes.bar(at, stop.held, width=_WIDE, bottom=0, color=colour(style))
        axes.bar(at, stop.held - found.total, width=_WIDE, bottom=0, color="0.8")
        axes.text(at, stop.held + found.total / 60, _label(stop.text), ha="center", va="bottom", fontsize=points(6))
        axes.text(at, stop.held / 2, str(stop.held), ha="center", va="center", fontsize=points(6), color="white")
    for ribbon in found.ribbons:
        _ribbon(axes, ribbon, colour(style) if ribbon.leave else "0.7")
    axes.axhline(0, color=ink(), linewidth=0.5)
    axes.set_xlim(-0.6, max(0.6, len(found.stops) - 0.4))
    axes.set_ylim(found.bottom - 0.05 * found.total, found.top + 0.75 * found.total)
    axes.set_axis_off()
    axes.set_title(plain(textwrap.fill(title, 80)), loc="left", fontsize=points(9))
    below(
        figure,
        f"Each of {found.total} generations passes from left to right, through a span that it holds (above the line) "
        "or past it (below, grey)."
        if found.stops
        else "No stretch of three words is shared by six generations.",
    )
    return figure


def _label(text: str) -> str:
    lines = textwrap.wrap(printable(text), _LETTERS, max_lines=_LINES, placeholder=" …")
    return plain("\n".join(lines))


def _ribbon(axes: Axes, ribbon: Ribbon, shade: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (low, other), height = ribbon.low, ribbon.many
    left, right = ribbon.at + _WIDE / 2, ribbon.at + 1 - _WIDE / 2
    middle = (left + right) / 2
    vertices = [
        (left, low), (middle, low), (middle, other), (right, other), (right, other + height),
        (middle, other + height), (middle, low + height), (left, low + height), (left, low),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(vertices, codes), facecolor=shade, alpha=0.35, linewidth=0))
