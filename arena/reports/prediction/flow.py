"""How generations flow from one anchor span to the next: through a span that they hold, or past it. The heights of a
picture, whatever draws it: generations that hold a span lie above a line, and the others below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arena.reports.prediction.writing import Written
from arena.stats.skeleton import AnchorSpan


@dataclass(frozen=True, slots=True)
class Stop:
    """A span: its words, and how many generations hold it."""

    text: str
    held: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The generations that go one way between the stop `at` and the next one: how many, whether they `leave` a span
    that they hold, whether they `reach` the next one, and where the ribbon's lower edge is at both ends."""

    at: int
    many: int
    leave: bool
    reach: bool
    low: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Flow:
    """Stops in their order, and the ribbons between them; `total` generations in all."""

    total: int
    stops: tuple[Stop, ...]
    ribbons: tuple[Ribbon, ...]

    @property
    def bottom(self) -> int:
        """The lowest that anything is: minus the most generations that pass a stop by."""
        return min((stop.held - self.total for stop in self.stops), default=0)

    @property
    def top(self) -> int:
        """The highest that anything is."""
        return max((stop.held for stop in self.stops), default=self.total)


def flow(written: Written, spans: Sequence[AnchorSpan]) -> Flow:
    """How the generations of a prompt flow through some of its spans."""
    total = len(written.found.samples)
    stops = tuple(Stop(written.text_of(span), len(span.holders)) for span in spans)
    holding = [set(span.holders) for span in spans]
    ribbons = [
        ribbon
        for at in range(len(spans) - 1)
        for ribbon in _between(at, holding[at], holding[at + 1], total)
        if ribbon.many
    ]
    return Flow(total, stops, tuple(ribbons))


def _between(at: int, one: set[int], other: set[int], total: int) -> tuple[Ribbon, ...]:
    """Holders are stacked upwards from the line, the others downwards; those that cross it lie next to it."""
    both, leave, join = len(one & other), len(one - other), len(other - one)
    past = total - both - leave - join
    return (
        Ribbon(at, both, True, True, (leave, join)),
        Ribbon(at, leave, True, False, (0, -leave)),
        Ribbon(at, join, False, True, (-join, 0)),
        Ribbon(at, past, False, False, (-join - past, -leave - past)),
    )
