"""Two samples of one quantity side by side: how far apart they are, and how many more clusters would tell.

Paired where cluster g of both came from the same draws: what chance gave to both cancels. Apart otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from arena.stats.bounded import Bounds, Z, mean_limits
from arena.stats.clusters import Estimate, Floats, Labels, mean

_MOST: Final = 10**9  # clusters; whoever needs more has seen no difference
_NO_DIFFERENCE: Final = 1e-9  # of the bounds' distance: what differs by less differs by rounding


@dataclass(frozen=True, slots=True)
class Sample:
    """Observations and the cluster of each, both of shape (n,), with the bounds of any observation."""

    values: Floats
    clusters: Labels
    bounds: Bounds

    @property
    def size(self) -> int:
        """How many clusters there are."""
        return len(np.unique(self.clusters))

    @property
    def mean(self) -> Estimate:
        """The mean over the observations, with its interval."""
        return mean(self.values, self.clusters, self.bounds)

    @property
    def error(self) -> float:
        """The standard error of the mean by linearisation (clusters.py); 0 below two clusters."""
        clusters = np.unique(self.clusters)
        value = self.mean.value
        return 0.0 if value is None else _error(_pulls(self, clusters, value))

    def of(self, clusters: Labels) -> Sample:
        """The part that lies in these clusters."""
        held = np.isin(self.clusters, clusters)
        return Sample(self.values[held], self.clusters[held], self.bounds)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both estimates, and the second minus the first with its 95% interval.

    `sizes` are the clusters that each estimate rests on. `more` is how many more clusters each sample would need for an
    interval without 0 if the present difference were the true one: until 1.96 standard errors, which shrink with the
    root of their number, are less than it, and the present limits too, which of few clusters are wider than that, and
    shrink with their number. It is None if the interval doesn't hold 0, or if there is no difference. `same`: paired,
    and equal in every cluster.
    """

    first: Estimate
    second: Estimate
    difference: Estimate
    sizes: tuple[int, int]
    paired: bool
    more: int | None = None
    same: bool = False

    @property
    def differs(self) -> bool | None:
        """Whether the interval excludes 0; None without an interval."""
        if self.difference.interval is None:
            return None
        low, high = self.difference.interval
        return low > 0 or high < 0


def paired(first: Sample, second: Sample) -> Comparison:
    """Samples whose clusters of one name belong together. Only clusters that both have are looked at.

    With y_g the sum of the n_g observations of cluster g and R the ratio of all sums to all counts, cluster g moves the
    difference by `u_g = (y2_g - R2 n2_g) / sum n2 - (y1_g - R1 n1_g) / sum n1`. Its variance is G/(G-1) sum u_g^2,
    with t on G - 1 degrees of freedom; with equally many observations in every cluster, that is the paired t-test on
    the clusters' means (Cochran, Sampling Techniques, sections 2.11 and 6.3). Where t doesn't work, the interval is
    Gaffke's of the values R2 - R1 + G u_g (bounded.py). It is None below two clusters.
    """
    shared = np.intersect1d(first.clusters, second.clusters)
    one, two = first.of(shared), second.of(shared)
    estimates, size = (one.mean, two.mean), len(shared)
    if estimates[0].value is None or estimates[1].value is None:
        return Comparison(*estimates, Estimate(None), (size, size), paired=True)
    value = estimates[1].value - estimates[0].value
    pulls = _pulls(two, shared, estimates[1].value) - _pulls(one, shared, estimates[0].value)
    width = one.bounds[1] - one.bounds[0]
    same = bool(np.abs(value + size * pulls).max() <= _NO_DIFFERENCE * width)
    if size < 2:
        return Comparison(*estimates, Estimate(value), (size, size), paired=True, same=same)
    limits = mean_limits(value + size * pulls, (-width, width))
    low, high = max(-width, min(float(limits.low), value)), min(width, max(float(limits.high), value))
    reach = value - low if value > 0 else high - value
    more = None if same else _more(value, (_error(pulls),), (reach,), (size,))
    return Comparison(*estimates, Estimate(value, (low, high)), (size, size), True, more, same)


def apart(first: Sample, second: Sample) -> Comparison:
    """Samples of independent clusters: the difference of their means by `combined`."""
    return combined(first.mean, second.mean, (first.size, second.size), (first.error, second.error))


def combined(
    first: Estimate, second: Estimate, sizes: tuple[int, int], errors: tuple[float, float] | None = None
) -> Comparison:
    """Independent estimates, from so many clusters and with these standard errors, where they are known.

    The limits of the difference are as far from it as the root of the sum of the squared distances of both sides' own
    limits (Zou & Donner 2008, Construction of confidence limits about effect measures: a general approach). The
    interval is None if a side has none.
    """
    if first.value is None or second.value is None:
        return Comparison(first, second, Estimate(None), sizes, paired=False)
    value = second.value - first.value
    if first.interval is None or second.interval is None:
        return Comparison(first, second, Estimate(value), sizes, paired=False)
    down = first.interval[1] - first.value, second.value - second.interval[0]
    up = first.value - first.interval[0], second.interval[1] - second.value
    interval = value - math.hypot(*down), value + math.hypot(*up)
    more = _more(value, errors, down if value > 0 else up, sizes)
    return Comparison(first, second, Estimate(value, interval), sizes, paired=False, more=more)


def _more(value: float, errors: Sequence[float] | None, reaches: Sequence[float], sizes: Sequence[int]) -> int | None:
    """How many more clusters each part needs; None if the interval, which reaches so far towards 0, doesn't hold 0."""
    if math.hypot(*reaches) < abs(value):
        return None
    limits = list(zip(reaches, sizes, strict=True))
    if errors is None:
        return more_wanted(value, limits)
    by_errors = more_wanted(value, [(Z * error, size) for error, size in zip(errors, sizes, strict=True)])
    by_limits = more_wanted(value, limits, shrinking=2)
    return None if by_errors is None or by_limits is None else max(by_errors, by_limits)


def more_wanted(difference: float, parts: Sequence[tuple[float, int]], shrinking: int = 1) -> int | None:
    """How many more clusters each part needs until the interval of a difference excludes 0, rounded up to two digits.

    A part is how far its limit on the side of 0 is from its estimate, and from how many clusters; the squares of these
    distances add up, and each shrinks with a power of the number of its clusters: the smallest m with
    `sum of reach^2 (n / (n + m))^shrinking < difference^2`. 0 if that holds already; None if the difference is 0, or if
    it would be more than a thousand million.
    """

    def settled(more: int) -> bool:
        return math.fsum(reach**2 * (n / (n + more)) ** shrinking for reach, n in parts if n) < difference**2

    if difference == 0 or not settled(_MOST):
        return None
    if settled(0):
        return 0
    low, high = 0, _MOST  # not yet, and certainly
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    step = int(10 ** max(0, len(str(high)) - 2))
    return -(-high // step) * step


def _error(pulls: Floats) -> float:
    """The standard error of what clusters move by so much, shape (clusters,)."""
    count = len(pulls)
    return math.sqrt(count / (count - 1) * math.fsum(pulls**2)) if count > 1 else 0.0


def _pulls(sample: Sample, clusters: Labels, ratio: float) -> Floats:
    """By how much each of the clusters, ascending, moves the ratio, shape (clusters,)."""
    sums = np.bincount(
        np.searchsorted(clusters, sample.clusters), weights=sample.values - ratio, minlength=len(clusters)
    )
    return np.asarray(sums / len(sample.values), dtype=np.float64)
