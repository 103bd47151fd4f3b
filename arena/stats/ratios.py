"""Ratios of sums over independent units, such as bits per byte over documents, with 95% intervals.

The standard error is the ratio's by linearisation, n/(n-1) times the sum of squared residuals, with t on n - 1 degrees
of freedom (Cochran, Sampling Techniques, chapter 6), as for rounds in matches (clusters.py); but a ratio of such sums
has no upper bound, which the methods there need.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from arena.stats.bounded import t_quantile
from arena.stats.clusters import Estimate

Floats = NDArray[np.float64]


def ratio(above: Floats, below: Floats) -> Estimate:
    """The sum of `above` divided by that of `below`, both of shape (n,) and at least 0, one value a unit.

    Undefined if nothing is below; without an interval for fewer than two units, or if their ratios are all alike.
    """
    value = _value(above, below)
    if value is None:
        return Estimate(None)
    return _estimate(value, _residuals(above, below, value), 0.0)


def paired_difference(above: Floats, below: Floats, other_above: Floats, other_below: Floats) -> Estimate:
    """A ratio minus another one over the same units; all of shape (n,). The interval is that of the whole difference.

    Undefined if one of the two is.
    """
    one, other = _value(above, below), _value(other_above, other_below)
    if one is None or other is None:
        return Estimate(None)
    residuals = _residuals(above, below, one) - _residuals(other_above, other_below, other)
    return _estimate(one - other, residuals, -math.inf)


def _value(above: Floats, below: Floats) -> float | None:
    total = math.fsum(below)
    return math.fsum(above) / total if total > 0 else None


def _residuals(above: Floats, below: Floats, value: float) -> Floats:
    """How much each unit pulls at the ratio."""
    return np.asarray((above - value * below) / math.fsum(below))


def _estimate(value: float, residuals: Floats, least: float) -> Estimate:
    n = len(residuals)
    if n < 2:
        return Estimate(value)
    half = t_quantile(n - 1) * math.sqrt(n / (n - 1) * math.fsum(residuals**2))
    return Estimate(value, (max(least, value - half), value + half) if half > 0 else None)
