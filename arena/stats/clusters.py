"""Intervals for rounds that come in matches: cluster-robust, as the rounds of one match are not independent.

A mean over rounds is a ratio of two sums over clusters. Its standard error is that of the ratio by
linearisation, G/(G-1) times the sum of squared residuals per cluster, with t on G-1 degrees of freedom
(Cochran, Sampling Techniques, chapter 6; Cameron & Miller 2015, A Practitioner's Guide to Cluster-Robust Inference).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95% interval; None where undefined: no observation, or an interval from one cluster."""

    value: float | None
    interval: tuple[float, float] | None = None


def center(values: NDArray[np.float64]) -> float | None:
    """The mean of `values`, shape (n,), None of none. That of equal values is their value, to the last bit."""
    return _mean(values) if len(values) else None


def mean(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> Estimate:
    """The mean of `values`, shape (n,), whose cluster is `clusters`, shape (n,): the ratio of sums to counts.

    The interval is None below two clusters.
    """
    if not len(values):
        return Estimate(None)
    whole = np.ones(len(values), dtype=np.bool_)
    return _estimate(_mean(values), _influence(values, whole), clusters, whole)


def difference(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
) -> Estimate:
    """The mean of `values` where `first` minus that where `second`, with the interval of the whole difference.

    All have shape (n,). Undefined if either mask is empty. The degrees of freedom are those of all clusters, but
    the interval is None if either mask lies in fewer than two: the residuals of a mean that one cluster holds
    alone sum to zero there, which would pass for certainty.
    """
    if not first.any() or not second.any():
        return Estimate(None)
    value = _mean(values[first]) - _mean(values[second])
    return _estimate(value, _influence(values, first) - _influence(values, second), clusters, first, second)


class _Stratum(NamedTuple):
    first: NDArray[np.bool_]
    second: NDArray[np.bool_]
    difference: float
    weight: float


def stratified_difference(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    strata: NDArray[np.int64],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
) -> Estimate:
    """The difference of two means within strata: each stratum's difference weighted by n1 n2 / (n1 + n2).

    All have shape (n,). It is the coefficient of `first` in a regression with an intercept for each stratum, and
    its interval is that regression's. Undefined if no stratum has both; the interval as for `difference`.
    """
    found = []
    for stratum in np.unique(strata):
        one, two = first & (strata == stratum), second & (strata == stratum)
        if one.any() and two.any():
            counts = int(one.sum()), int(two.sum())
            part = _mean(values[one]) - _mean(values[two])
            found.append(_Stratum(one, two, part, counts[0] * counts[1] / sum(counts)))
    if not found:
        return Estimate(None)
    weights = math.fsum(stratum.weight for stratum in found)
    value = math.fsum(stratum.weight * stratum.difference for stratum in found) / weights
    influence = np.zeros(len(values))
    for one, two, part, weight in found:
        influence += weight * (_influence(values, one) - _influence(values, two))
        # the weights are made of counts, and chance moves these too: their derivatives are (n2/n)^2 and (n1/n)^2
        share = int(one.sum()) / int(one.sum() + two.sum())
        influence += (part - value) * ((1 - share) ** 2 * one + share**2 * two)
    return _estimate(
        value,
        influence / weights,
        clusters,
        np.logical_or.reduce([stratum.first for stratum in found]),
        np.logical_or.reduce([stratum.second for stratum in found]),
    )


def _mean(values: NDArray[np.float64]) -> float:
    # a quotient of a sum can miss the value that all have by a bit; between the extremes it can't
    return min(max(math.fsum(values) / len(values), float(values.min())), float(values.max()))


def _influence(values: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What each observation contributes to the error of the mean over `mask`, shape (n,)."""
    return np.where(mask, values - _mean(values[mask]), 0.0) / int(mask.sum())


def _estimate(
    value: float, influence: NDArray[np.float64], clusters: NDArray[np.int64], *masks: NDArray[np.bool_]
) -> Estimate:
    """The value with its interval, from the influences of the observations summed by cluster."""
    if any(len(np.unique(clusters[mask])) < 2 for mask in masks):
        return Estimate(value)
    from scipy.stats import t

    names, index = np.unique(clusters, return_inverse=True)
    groups = len(names)
    error = math.sqrt(groups / (groups - 1) * math.fsum(np.bincount(index, weights=influence) ** 2))
    half = float(t.ppf(0.5 + LEVEL / 2, groups - 1)) * error
    return Estimate(value, (value - half, value + half))
