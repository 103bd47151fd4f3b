"""Intervals for rounds that come in matches: cluster-robust, because the rounds of a match are not independent.

A mean over rounds is a ratio of two sums over clusters. Its standard error is that of the ratio by
linearisation, G/(G-1) times the sum of squared residuals per cluster, with t on G-1 degrees of freedom
(Cochran, Sampling Techniques, chapter 6; Cameron & Miller 2015, A Practitioner's Guide to Cluster-Robust Inference).
That is t on the clusters' own values, the mean plus each one's contribution to its error; bounded.py says where it
doesn't work, and what does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.stats.bounded import Bounds, Limits, is_steady, mean_limits, t_quantile

_DENSE = 5  # with fewer observations of a side in a stratum, their own mean takes up too much of their spread

Floats = NDArray[np.float64]
Labels = NDArray[np.signedinteger[Any]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95% interval; None where undefined: no observation, or an interval from one cluster.

    The interval holds the value, is wider than zero, and never passes the bounds of the measured quantity.
    """

    value: float | None
    interval: tuple[float, float] | None = None


def center(values: Floats) -> float | None:
    """The mean of `values`, shape (n,); None if n is 0. The mean of equal values is their value, to the last bit."""
    return _mean(values) if len(values) else None


def mean(values: Floats, clusters: Labels, bounds: Bounds) -> Estimate:
    """The mean of `values`, shape (n,), in the clusters named by `clusters`, shape (n,): the ratio of sums to counts.

    Every value lies within `bounds`. The interval is None for fewer than two clusters.
    """
    if not len(values):
        return Estimate(None)
    groups = _Groups(clusters)
    value = _mean(values)
    if groups.count < 2:
        return Estimate(value)
    found = mean_limits(value + groups.count * groups.sums((values - value) / len(values)), bounds)
    return Estimate(value, _around(value, float(found.low), float(found.high), bounds))


def difference(values: Floats, clusters: Labels, bounds: Bounds, first: Mask, second: Mask) -> Estimate:
    """The mean of `values` where `first` minus that where `second`, with the interval of the whole difference.

    All have shape (n,). Undefined if either mask is empty; between a mask and itself it is 0 without an interval,
    because nothing is estimated. The degrees of freedom are one less than the clusters of the mask that lies in fewer,
    and the interval is None if those are fewer than two. Where t doesn't work, or a side has fewer than five
    observations per stratum, both sides' own limits are combined, by the squares of their distances
    (Zou & Donner 2008, Construction of confidence limits about effect measures: a general approach).
    """
    return stratified_difference(values, clusters, bounds, np.zeros_like(clusters), first, second)


def stratified_difference(
    values: Floats, clusters: Labels, bounds: Bounds, strata: Labels, first: Mask, second: Mask
) -> Estimate:
    """The difference of two means within strata: each stratum's difference weighted by n1 n2 / (n1 + n2).

    All have shape (n,). It is the coefficient of `first` in a regression with an intercept for each stratum, and
    its interval is that regression's. Undefined if no stratum has both sides; the interval is as for `difference`.
    """
    if np.array_equal(first, second):
        return Estimate(0.0 if first.any() else None)
    parts = list(_parts(values, strata, first, second))
    if not parts:
        return Estimate(None)
    total = math.fsum(part.weight for part in parts)
    value = math.fsum(part.weight * (part.means[0] - part.means[1]) for part in parts) / total
    groups = _Groups(clusters)
    sides = [
        _side(values, groups, [(part.sides[at], part.means[at], part.weight / total) for part in parts])
        for at in (0, 1)
    ]
    if min(side.count for side in sides) < 2:
        return Estimate(value)
    # the weights are made of counts, which also vary by chance: their derivatives are (n2/n)^2 and (n1/n)^2
    chance = np.zeros(groups.count)
    for part in parts:
        off = (part.means[0] - part.means[1] - value) / total
        one, two = map(groups.counts, part.sides)
        chance += off * ((1 - part.share) ** 2 * one + part.share**2 * two)
    influence = (sides[0].influence - sides[1].influence + chance)[sides[0].held | sides[1].held]
    low, high = _difference_limits(value, influence, sides, bounds)
    width = bounds[1] - bounds[0]
    return Estimate(value, _around(value, low, high, (-width, width)))


class _Groups:
    """The clusters of n observations."""

    def __init__(self, clusters: Labels) -> None:
        steps = np.diff(clusters)
        if (steps >= 0).all():  # as rounds are stored: no sorting
            self._index = np.r_[0, np.cumsum(steps > 0)][: len(clusters)]
            self.count = int(self._index[-1]) + 1 if len(clusters) else 0
        else:
            names, self._index = np.unique(clusters, return_inverse=True)
            self.count = len(names)

    def sums(self, values: Floats, at: Labels | slice = slice(None)) -> Floats:
        """The sum of values in each cluster; `at` are the observations that the values belong to."""
        return np.bincount(self._index[at], weights=values, minlength=self.count).astype(np.float64, copy=False)

    def counts(self, at: Labels) -> Labels:
        """How many of these observations each cluster has."""
        return np.bincount(self._index[at], minlength=self.count)


@dataclass(frozen=True, slots=True)
class _Part:
    """A stratum that has both sides: the observations, their means, the weight of the difference, and the first side's
    share of the observations."""

    sides: tuple[Labels, Labels]
    means: tuple[float, float]
    weight: float
    share: float


def _parts(values: Floats, strata: Labels, first: Mask, second: Mask) -> Iterator[_Part]:
    for stratum in np.unique(strata):
        here = strata == stratum
        one, two = np.flatnonzero(first & here), np.flatnonzero(second & here)
        if len(one) and len(two):
            both = len(one) + len(two)
            means = _mean(values[one]), _mean(values[two])
            yield _Part((one, two), means, len(one) * len(two) / both, len(one) / both)


@dataclass(frozen=True, slots=True)
class _Side:
    """A weighted mean of one side over the strata: each cluster's contribution to its error, strata given, and to its
    distance from the mean of all; which clusters it lies in; and how many observations it has in a stratum."""

    mean: float
    influence: Floats
    distance: Floats
    held: Mask
    density: float

    @property
    def count(self) -> int:
        return int(self.held.sum())

    def limits(self, bounds: Bounds) -> Limits:
        return mean_limits(self.mean + self.count * self.distance[self.held], bounds)


def _side(values: Floats, groups: _Groups, parts: list[tuple[Labels, float, float]]) -> _Side:
    middle = math.fsum(mean * weight for _, mean, weight in parts)
    influence, distance, counts = np.zeros(groups.count), np.zeros(groups.count), np.zeros(groups.count)
    for at, mean, weight in parts:
        influence += groups.sums((values[at] - mean) * (weight / len(at)), at)
        distance += groups.sums((values[at] - middle) * (weight / len(at)), at)
        counts += groups.counts(at)
    return _Side(middle, influence, distance, counts > 0, float(counts.sum()) / len(parts))


def _difference_limits(value: float, influence: Floats, sides: list[_Side], bounds: Bounds) -> tuple[float, float]:
    one, two = (side.limits(bounds) for side in sides)
    if one.steady and two.steady and min(side.density for side in sides) >= _DENSE:
        count = min(side.count for side in sides)
        half = t_quantile(count - 1) * math.sqrt(count / (count - 1) * math.fsum(influence**2))
        if abs(value) + half <= bounds[1] - bounds[0] and is_steady(len(influence) * influence, bounds):
            return value - half, value + half
    down = math.hypot(sides[0].mean - float(one.low), float(two.high) - sides[1].mean)
    up = math.hypot(float(one.high) - sides[0].mean, sides[1].mean - float(two.low))
    return value - down, value + up


def _around(value: float, low: float, high: float, bounds: Bounds) -> tuple[float, float]:
    """The interval, made to hold the value in spite of rounding and not to pass the bounds."""
    return max(bounds[0], min(low, value)), min(bounds[1], max(high, value))


def _mean(values: Floats) -> float:
    least, most = float(values.min()), float(values.max())
    if least == most:
        return least + 0.0  # which makes -0.0 0.0
    # the quotient of a sum can miss the common value of equal values by a bit; kept between the extremes it can't
    return min(max(math.fsum(values.tolist()) / len(values), least), most)
