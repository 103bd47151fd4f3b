"""How well judges agree on an axis, whether the side of a poem swayed them, and whether they passed the control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from arena.experiments.poems.judging import passed_control
from arena.reports.poems.panels import Panel, Sitting
from arena.stats.agreement import Agreement, cohens_kappa, krippendorffs_alpha
from arena.stats.bounded import mean_limits
from arena.stats.clusters import Estimate


@dataclass(frozen=True)
class AxisReport:
    """A panel's judgements on one axis, over all topics. What is compared is which poem won, whatever its side."""

    panel: Panel
    axis: str

    @cached_property
    def sittings(self) -> list[Sitting]:
        """Everyone's judgements."""
        return self.panel.on(self.axis)

    @cached_property
    def twice(self) -> Agreement | None:
        """A judge's two judgements of the same pair."""
        found = []
        for sitting in self.sittings:
            first = sitting.outcomes("pair")
            again = sitting.outcomes("again")
            found += [(_won(first[pair]), _won(share)) for pair, share in again.items() if pair in first]
        return cohens_kappa(found)

    @cached_property
    def between(self) -> Agreement | None:
        """Two judges' first judgements of the same pair, over all pairs of judges."""
        found = []
        for one, other in combinations(self.sittings, 2):
            if one.contest is other.contest:
                ours, theirs = one.outcomes("pair"), other.outcomes("pair")
                found += [(_won(ours[pair]), _won(theirs[pair])) for pair in ours if pair in theirs]
        return cohens_kappa(found)

    @property
    def agreement(self) -> Agreement | None:
        """That of two judges where there are two, else that of a judge's two judgements."""
        return self.between or self.twice

    @cached_property
    def alpha(self) -> float | None:
        """Krippendorff's alpha over all judgements of each pair, first ones and those made again."""
        units: dict[tuple[str, tuple[int, int]], list[int]] = {}
        for sitting in self.sittings:
            for kind in ("pair", "again"):
                for pair, share in sitting.outcomes(kind).items():
                    units.setdefault((sitting.contest.name, pair), []).append(_won(share))
        return krippendorffs_alpha(list(units.values()))

    @cached_property
    def first(self) -> Estimate:
        """The share of wins that went to the poem on the left, or the one that a model read first."""
        shares = [
            judgement.first
            for sitting in self.sittings
            for number, judgement in sitting.judgements.items()
            if sitting.contest.showings[number].kind != "control"
        ]
        return _mean(shares)

    @cached_property
    def mass(self) -> float | None:
        """The mean mass of a model's labels; None of people."""
        masses = [
            judgement.mass
            for sitting in self.sittings
            for judgement in sitting.judgements.values()
            if judgement.mass is not None
        ]
        return sum(masses) / len(masses) if masses else None

    @cached_property
    def controls(self) -> tuple[int, int]:
        """How many controls were failed, and how many were judged."""
        found = [passed_control(sitting.contest, sitting.judgements) for sitting in self.sittings]
        return found.count(False), len(found) - found.count(None)


def _won(share: float) -> int:
    """Which poem won: the one with the lower number (1), the other (-1), or neither (0)."""
    return (share > 0.5) - (share < 0.5)


def _mean(shares: Sequence[float]) -> Estimate:
    if not shares:
        return Estimate(None)
    values = np.array(shares, dtype=float)
    value = float(values.mean())
    if len(values) < 2:
        return Estimate(value)
    limits = mean_limits(values, (0.0, 1.0))
    return Estimate(value, (min(value, float(limits.low)), max(value, float(limits.high))))
