"""Figure 4, right: how a subject's determinism differs after each outcome, as bars with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rich.text import Text
from textual.widgets import Static

from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.numbers import OUTCOMES
from arena.stats.clusters import Estimate
from arena.tui.themes import colour

_LEAST = 0.01  # of the axis: differences of almost zero must not fill it


class AfterOutcome(Static):
    """Mean determinism after a win and a tie, minus that after a loss: bars from zero, with intervals as lines."""

    _differences: Mapping[str, Estimate] = MappingProxyType({})

    def fill(self, cell: CellReport) -> None:
        """Show a cell."""
        differences = {name: cell.after_difference(outcome) for name, outcome in OUTCOMES.items() if name != "loss"}
        self._differences = differences
        self.refresh(layout=True)

    def render(self) -> Text:
        """A bar for each outcome."""
        if not self._differences:
            return Text()
        text = Text("mean determinism after each outcome,\nminus that after a loss\n", no_wrap=True)
        known = [difference for difference in self._differences.values() if difference.value is not None]
        ends = [abs(end) for difference in known for end in (difference.value, *(difference.interval or ()))]
        most = max([_LEAST, *ends])
        half = max(5, (self.size.width - 13) // 2)
        for name, difference in self._differences.items():
            text.append(f"\n{name:<4} ")
            if difference.value is None:
                text.append("not known yet", style="dim")
                continue
            text.append(_bar(difference, most, half), style=colour(self.app, "primary"))
            text.append(f" {difference.value:+.3f}")
            if difference.interval is not None:
                low, high = difference.interval
                text.append(f"\n     95%: {low:+.3f} to {high:+.3f}", style="dim")
        return text


def _bar(difference: Estimate, most: float, half: int) -> str:
    """A line of 2 * half + 1 columns: zero in the middle, the value as a block, its interval as dashes."""
    assert difference.value is not None

    def column(value: float) -> int:
        return half + round(value / most * half)

    line = [" "] * (2 * half + 1)
    if difference.interval is not None:
        low, high = difference.interval
        for at in range(column(low), column(high) + 1):
            line[at] = "─"
    first, last = sorted((half, column(difference.value)))
    for at in range(first, last + 1):
        line[at] = "█"
    line[half] = "│"
    return "".join(line)
