"""What a test of a claim can end in, and how the outcomes of its parts are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scipy import stats

from arena.stats.bounded import LEVEL
from arena.stats.clusters import Estimate
from arena.stats.comparing import combined


class Outcome(StrEnum):
    """Whether a claim holds of the models that were run."""

    HOLDS = "holds"
    FAILS = "doesn't hold"
    UNDECIDED = "undecided"
    UNTESTABLE = "not testable"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a claim's test ended in, and the numbers behind it, in words."""

    outcome: Outcome
    words: str


def joined(findings: Mapping[str, Finding]) -> Finding:
    """Findings about several models as one, each model named."""
    words = "; ".join(f"{name}: {finding.words}" for name, finding in findings.items())
    return Finding(every([finding.outcome for finding in findings.values()]), words)


def above(estimate: Estimate, bound: float = 0.0) -> Outcome:
    """Whether a quantity is above a bound: its 95% interval lies above, below, or holds the bound."""
    if estimate.interval is None:
        return Outcome.UNDECIDED
    low, high = estimate.interval
    return Outcome.HOLDS if low > bound else Outcome.FAILS if high < bound else Outcome.UNDECIDED


def inside(estimate: Estimate, low: float, high: float) -> Outcome:
    """Whether a quantity lies in a range: its 95% interval lies within, outside, or across an end."""
    if estimate.interval is None:
        return Outcome.UNDECIDED
    begin, end = estimate.interval
    if low <= begin and end <= high:
        return Outcome.HOLDS
    return Outcome.FAILS if end < low or begin > high else Outcome.UNDECIDED


def most_frequent(counts: Sequence[int], value: int) -> Outcome:
    """Whether a value is the likeliest: more frequent than every other in the exact sign test of the two. It isn't if
    another is more frequent by that test."""
    parts = []
    for other, count in enumerate(counts):
        if other != value:
            both = counts[value] + count
            apart = both > 0 and stats.binomtest(counts[value], both).pvalue < 1 - LEVEL
            more = Outcome.HOLDS if counts[value] > count else Outcome.FAILS
            parts.append(more if apart else Outcome.UNDECIDED)
    return every(parts)


def every(parts: Sequence[Outcome]) -> Outcome:
    """The outcome of a claim all of whose parts must hold. It fails if one of them fails."""
    if not parts:
        return Outcome.UNTESTABLE
    for outcome in (Outcome.FAILS, Outcome.NOT_RUN, Outcome.UNTESTABLE, Outcome.UNDECIDED):
        if outcome in parts:
            return outcome
    return Outcome.HOLDS


def minus(first: Estimate, second: Estimate) -> Estimate:
    """The difference of independent estimates, by `combined`."""
    return combined(second, first, (1, 1)).difference


def times(estimate: Estimate, factor: float) -> Estimate:
    """A multiple of an estimate."""
    value = None if estimate.value is None else factor * estimate.value
    interval = None if estimate.interval is None else (factor * estimate.interval[0], factor * estimate.interval[1])
    return Estimate(value, interval)


def said(estimate: Estimate, digits: int = 1) -> str:
    """An estimate with its interval, in words: "4.1 (3.2 to 5.0)"."""
    if estimate.value is None:
        return "–"
    if estimate.interval is None:
        return f"{estimate.value:z.{digits}f}"
    low, high = estimate.interval
    return f"{estimate.value:z.{digits}f} ({low:z.{digits}f} to {high:z.{digits}f})"
