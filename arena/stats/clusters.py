"""Intervals for rounds that come in matches: cluster-robust, as the rounds of one match are not independent.

A mean over rounds is a ratio of two sums over clusters. Its standard error is that of the ratio by
linearisation, G/(G-1) times the sum of squared residuals per cluster, with t on G-1 degrees of freedom
(Cochran, Sampling Techniques, chapter 6; Cameron & Miller 2015, A Practitioner's Guide to Cluster-Robust Inference).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95% interval; None where undefined: no observation, fewer than two clusters."""

    value: float | None
    interval: tuple[float, float] | None = None


def mean(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> Estimate:
    """The mean of `values`, shape (n,), whose cluster is `clusters`, shape (n,)."""
    if not len(values):
        return Estimate(None)
    center = math.fsum(values) / len(values)
    return Estimate(center, _interval(center, _influence(values, clusters, np.ones(len(values), dtype=np.bool_))))


def difference(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
) -> Estimate:
    """The mean of `values` where `first` minus that where `second`, with the interval of the whole difference.

    All have shape (n,); the clusters are all those of `clusters`. Undefined if either mask is empty.
    """
    if not first.any() or not second.any():
        return Estimate(None)
    center = math.fsum(values[first]) / int(first.sum()) - math.fsum(values[second]) / int(second.sum())
    influence = _influence(values, clusters, first) - _influence(values, clusters, second)
    return Estimate(center, _interval(center, influence))


def stratified_difference(
    values: NDArray[np.float64],
    strata: NDArray[np.int64],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
) -> float | None:
    """The difference of two means within strata: each stratum's difference weighted by n1 n2 / (n1 + n2).

    These are the weights of a regression with an intercept for each stratum. None if no stratum has both.
    """
    total = weights = 0.0
    for stratum in np.unique(strata):
        here = strata == stratum
        one, two = values[here & first], values[here & second]
        if len(one) and len(two):
            weight = len(one) * len(two) / (len(one) + len(two))
            total += weight * float(one.mean() - two.mean())
            weights += weight
    return total / weights if weights else None


def _influence(
    values: NDArray[np.float64], clusters: NDArray[np.int64], mask: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """What each cluster contributes to the error of the mean over `mask`, shape (clusters,)."""
    _, index = np.unique(clusters, return_inverse=True)
    count = int(mask.sum())
    residuals = np.where(mask, values - math.fsum(values[mask]) / count, 0.0)
    return np.bincount(index, weights=residuals, minlength=int(index.max()) + 1) / count


def _interval(center: float, influence: NDArray[np.float64]) -> tuple[float, float] | None:
    from scipy.stats import t

    groups = len(influence)
    if groups < 2:
        return None
    error = math.sqrt(groups / (groups - 1) * math.fsum(influence**2))
    half = float(t.ppf(0.5 + LEVEL / 2, groups - 1)) * error
    return (center - half, center + half)
