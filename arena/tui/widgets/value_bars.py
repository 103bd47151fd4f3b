"""A task's values as bars, one or more lines per value: draws, a true sample's outline, a model's probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from arena.tui.themes import colour

_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEAST_BAR = 8
_NUMBER = 8  # columns of a number, at least
_ROOMY = 72  # columns from which shares are shown beside counts
_TALLEST = 4  # lines of a value, of which one is empty


@dataclass(frozen=True, slots=True)
class Bars:
    """What is shown: counts of the labels, those of a true sample of the same size, and probabilities (None if there
    will be none, empty if they aren't known yet). `wanted` is how many draws there will be."""

    labels: Sequence[str]
    counts: Sequence[int]
    true_counts: Sequence[int]
    wanted: int
    probabilities: Sequence[float] | None = None


class ValueBars(Widget):
    """Bars over counts, on a scale that only grows while they fill. The most over-drawn value is marked."""

    DEFAULT_CSS = "ValueBars { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._bars: Bars | None = None

    def show(self, bars: Bars) -> None:
        """Show these bars."""
        self._bars = bars
        self.refresh()

    @staticmethod
    def lines(values: int, room: int) -> int:
        """How many lines a value takes if there is room for `room` lines in all."""
        return min(_TALLEST, max(1, room // values))

    def render(self) -> Text:
        """All lines, below a heading that explains them."""
        text = Text(no_wrap=True, end="")
        if self._bars is not None and self.size.height:
            _Picture(self, self._bars).draw(text)
        return text

    def styles_of_theme(self) -> dict[str, Style]:
        """The colours: subject, outline, background inside the outline."""
        ground = colour(self.app, "panel")
        return {
            "bar": Style(color=colour(self.app, "primary")),
            "ground": Style(bgcolor=None if ground == "transparent" else ground),
            "line": Style(color=colour(self.app, "foreground")),
            # marks across a bar must stand out from it in every theme
            "across": Style(color=colour(self.app, "background"), bgcolor=colour(self.app, "primary")),
        }


class _Picture:
    """One drawing of the bars at one size."""

    def __init__(self, widget: ValueBars, bars: Bars) -> None:
        self._bars = bars
        self._styles = widget.styles_of_theme()
        k = len(bars.labels)
        self._lines = ValueBars.lines(k, widget.size.height)
        self._label = max(map(len, bars.labels))
        self._number = max(_NUMBER, len(f"{bars.wanted:,}") + 1)
        self._roomy = widget.size.width >= _ROOMY
        self._exact = bars.probabilities is not None
        numbers = (2 + self._roomy + self._exact) * self._number
        self._width = max(_LEAST_BAR, widget.size.width - self._label - 5 - numbers)
        self._drawn = sum(bars.counts)
        self._top = _top(bars)
        self._edges = [self._column(count) for count in bars.true_counts]
        self._marks = [self._column(p * bars.wanted) for p in bars.probabilities or ()]
        most = max(range(k), key=bars.counts.__getitem__)
        self._most = most if bars.counts[most] * k > self._drawn else None

    def _column(self, count: float) -> int:
        return min(self._width - 1, round(count / self._top * self._width))

    def draw(self, text: Text) -> None:
        """The heading and the lines of every value."""
        text.append(" " * (self._label + 4 + self._width))
        self._head(text, "█", "drawn", self._styles["bar"])
        if self._roomy:
            self._head(text, "", "share", Style())
        self._head(text, "│", "true", self._styles["line"])
        if self._exact:
            self._head(text, "◆", "exact", self._styles["line"])
        for index in range(len(self._bars.labels)):
            for line in range(self._lines):
                if self._lines > 1 and line == self._lines - 1:
                    self._gap(text, index)
                else:
                    self._line(text, index, middle=line == (self._lines - 1) // 2)

    def _head(self, text: Text, shape: str, word: str, style: Style) -> None:
        """A column's heading, with the shape that represents its numbers among the bars."""
        text.append(f"{shape:>{self._number - len(word) - 1}}", style=style)
        text.append(f" {word}", style="dim")

    def _line(self, text: Text, index: int, middle: bool) -> None:
        label = self._bars.labels[index] if middle else ""
        bold = "bold" if index == self._most else ""
        pointed = "▸" if middle and index == self._most else " "
        text.append(f"\n{pointed} {label:>{self._label}}  ", style=bold)
        self._bar(text, index, middle)
        if middle:
            text.append(self._numbers(index), style=bold)

    def _numbers(self, index: int) -> str:
        bars, width = self._bars, self._number
        numbers = f"{bars.counts[index]:>{width},}"
        if self._roomy:
            share = f"{bars.counts[index] / self._drawn:.1%}" if self._drawn else "–"
            numbers += f"{share:>{width}}"
        numbers += f"{bars.true_counts[index]:>{width},}"
        if self._exact:
            share = f"{bars.probabilities[index]:.1%}" if bars.probabilities else "–"
            numbers += f"{share:>{width}}"
        return numbers

    def _bar(self, text: Text, index: int, middle: bool) -> None:
        bar, ground, line = self._styles["bar"], self._styles["ground"], self._styles["line"]
        eighths = min(8 * self._width, round(self._bars.counts[index] / self._top * self._width * 8))
        full, rest = divmod(eighths, 8)
        block = "█"
        if self._lines == 1:  # bars of one line are a little lower than it, so that they stay apart
            block, full, rest = "▆", full + (rest >= 4), 0
        edge = self._edges[index]
        mark = self._marks[index] if self._marks and middle else None
        marks = () if mark is None else (mark, mark + 1)
        cuts = sorted({0, full, full + 1, edge, edge + 1, *marks, self._width})
        for column, end in pairwise(cut for cut in cuts if cut <= self._width):  # columns between cuts look alike
            behind = ground if column < edge else Style()
            crossing = self._styles["across"] if column < full else line + behind
            if column == mark:
                shape, style = "◆", crossing + Style(bold=True)
            elif column == edge:
                shape, style = "│", crossing
            elif column < full:
                shape, style = block, bar + behind
            elif column == full and rest:
                shape, style = _EIGHTHS[rest], bar + behind
            else:
                shape, style = " ", behind
            text.append(shape * (end - column), style)

    def _gap(self, text: Text, index: int) -> None:
        """The line between two values, where the outline steps from one edge to the other."""
        ground, line = self._styles["ground"], self._styles["line"]
        here = self._edges[index]
        there = self._edges[index + 1] if index + 1 < len(self._edges) else 0
        first, last = sorted((here, there))
        text.append("\n" + " " * (self._label + 4))
        text.append(" " * first, style=ground)
        if first == last:
            text.append("│", style=line)
        else:
            ends = "╰╮" if there > here else "╭╯" if there else "─╯"
            text.append(ends[0] + "─" * (last - first - 1) + ends[1], style=line)


def _top(bars: Bars) -> float:
    """The count at the right edge: everything shown fits, and chance fills two fifths at most."""
    chance = bars.wanted / len(bars.labels)
    most = max(2.4 * chance, *bars.counts, *bars.true_counts)
    if bars.probabilities:
        most = max(most, max(bars.probabilities) * bars.wanted)
    step = 10.0 ** (len(str(int(most))) - 1) / 4
    return math.ceil(most * 1.02 / step) * step
