"""A 95% interval for the mean of a bounded quantity, even from few observations, equal ones, or ones near a bound.

Student's t where it works, elsewhere Gaffke's interval: the observations and one more, as far off as the bound allows,
get Dirichlet weights, and a quantile of their weighted mean is the limit on that side. For zeros and ones it is Clopper
and Pearson's exact interval, and no distribution is known for which it fails (Gaffke 2005, Three test statistics for a
nonparametric one-sided hypothesis on the mean of a nonnegative variable; Learned-Miller & Thomas 2020, A new confidence
interval for the mean of a bounded random variable). docs/coverage.md says how often both hold.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

LEVEL: Final = 0.95
Z: Final = 1.959963984540054  # of the normal distribution at 97.5%

Bounds = tuple[float, float]
Floats = NDArray[np.float64]

_FEWEST: Final = 5  # with fewer observations nothing shows whether they are normal enough for t
_APART: Final = 15.0  # with fewer observations off the common run, t takes rare events for noise
_SHARE: Final = 0.4  # of the observations, if that is less
_ALIKE: Final = 1e-9  # of the distance between the bounds: smaller differences are rounding
_LOG_TILTS: Final = -25.0, 30.0  # between which every limit lies
_BISECTIONS, _SECANTS = 6, 6  # of that, until it is as good as found


class Limits(NamedTuple):
    """The ends of intervals. `steady`: they are t's, because the observations gave no reason for anything else."""

    low: Floats
    high: Floats
    steady: NDArray[np.bool_]


def mean_limits(values: Floats, bounds: Bounds) -> Limits:
    """The interval for the mean of n independent values that lie within `bounds`, n at least 2, for each sample.

    `values` has shape (..., n), the results (...). The interval is t's if the values are steady and it doesn't pass a
    bound, else Gaffke's.
    """
    n = values.shape[-1]
    middle = values.mean(axis=-1)
    half = t_quantile(n - 1) * values.std(axis=-1, ddof=1) / math.sqrt(n)
    low, high = np.array(middle - half), np.array(middle + half)
    steady = np.asarray(is_steady(values, bounds) & (low >= bounds[0]) & (high <= bounds[1]))
    if not steady.all():
        low[~steady], high[~steady] = gaffke_limits(*_distinct(values[~steady]), bounds)
    return Limits(low, high, steady)


def is_steady(values: Floats, bounds: Bounds) -> NDArray[np.bool_]:
    """Whether t works for samples of shape (..., n): at least 5 values, not all alike, not ruled by a few large
    deviations. Deviations from the median amount to (sum of sizes)^2 / (sum of squares) equal ones: to 1 if one is
    large and the others are small, to about 0.64 n in a normal sample. At least 15 are needed, or 0.4 n if that is
    less."""
    off = np.abs(values - np.median(values, axis=-1, keepdims=True)) / (bounds[1] - bounds[0])
    wanted = min(_APART, _SHARE * values.shape[-1])
    apart = (off.max(axis=-1) > _ALIKE) & (off.sum(axis=-1) ** 2 >= wanted * (off**2).sum(axis=-1))
    return np.asarray(apart & (values.shape[-1] >= _FEWEST))


def _distinct(values: Floats) -> tuple[Floats, Floats]:
    """The distinct values and how often each occurs, because a large sample often has few; several samples keep all."""
    if len(values) > 1:
        return values, np.ones_like(values)
    points, counts = np.unique(values, return_counts=True)
    return points[None], counts[None].astype(np.float64)


def t_quantile(degrees: int) -> float:
    """How many standard errors the interval extends to each side."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + LEVEL / 2))


def gaffke_limits(values: Floats, counts: Floats, bounds: Bounds) -> tuple[Floats, Floats]:
    """Gaffke's interval for a mean, where each of `values`, within `bounds`, was seen `counts` times.

    Both have shape (..., m), the ends (...).
    """
    low, high = bounds
    inside = np.clip(values, low, high)
    up, down = _inward(np.stack([inside - low, high - inside]), np.stack([counts, counts]))
    return low + up, high - down


def _inward(below: Floats, counts: Floats) -> Floats:
    """How far the limit on one side is from the bound there, from the values' distances, shape (..., m), to (...).

    The limit is a quantile of the mean under Dirichlet weights, with one more observation at the bound.
    """
    width = below.max(axis=-1, keepdims=True)
    none = np.zeros(width.shape)
    below = np.append(below / np.where(width > 0, width, 1.0), none, axis=-1)
    weights = np.append(counts, none + 1, axis=-1)
    low, high = none + _LOG_TILTS[0], none + _LOG_TILTS[1]
    at_low, at_high, was = none - 1, none + 1, none
    for step in range(_BISECTIONS + _SECANTS):
        tilt = (low + high) / 2 if step < _BISECTIONS else (low * at_high - high * at_low) / (at_high - at_low)
        mean, score = _saddle(below, weights, np.exp(tilt))
        beyond = score > 0
        # the Illinois rule: halving the score of an end that stays takes the next step past the root
        at_low = np.where(beyond, np.where(was > 0, at_low / 2, at_low), score)
        at_high = np.where(beyond, score, np.where(was < 0, at_high / 2, at_high))
        low, high, was = np.where(beyond, low, tilt), np.where(beyond, tilt, high), np.where(beyond, 1.0, -1.0)
    return np.asarray((width * mean)[..., 0])


def _saddle(below: Floats, weights: Floats, tilt: Floats) -> tuple[Floats, Floats]:
    """A mean x, as a distance below the bound, and how unlikely the Dirichlet mean is to be nearer: its normal score,
    less that of the wanted probability.

    The Dirichlet mean is below x where a sum of exponential variables, each times (its value - x), is below 0. This is
    the saddlepoint approximation for that sum (Barndorff-Nielsen 1986); `tilt` is the place of the saddle, and x
    follows from it.
    """
    nearness = weights / (1 + tilt * below)
    mean = (nearness * below).sum(axis=-1, keepdims=True) / nearness.sum(axis=-1, keepdims=True)
    off = (below - mean) / (1 + tilt * mean)
    depth = (weights * np.log1p(tilt * off)).sum(axis=-1, keepdims=True)
    w = np.sqrt(2 * np.maximum(0.0, depth))
    u = tilt * np.sqrt((weights * (off / (1 + tilt * off)) ** 2).sum(axis=-1, keepdims=True))
    # near the middle both are nearly 0, and their quotient is lost in rounding
    skew = np.log(np.maximum(u, 0.05) / np.maximum(w, 0.05)) / np.maximum(w, 0.05)
    return mean, w + np.where(w > 0.1, skew, 0.0) - Z
