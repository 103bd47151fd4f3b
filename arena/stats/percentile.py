"""Where one group stands among another: the chance that a member of the first has more of something than one of the
second, ties counted half, in percent. It is the mean percentile rank of the first group among the second.

Both groups vary by chance, and the variance is that of a two-sample U statistic (DeLong, DeLong & Clarke-Pearson 1988).
Near the ends, where it fails, each side gets one more member at either end, and the interval is Wilson's, for as many
independent trials as have that variance, at least as many as the smaller group has members.
"""

from __future__ import annotations

import math

import numpy as np

from arena.stats.bounded import Floats, Z
from arena.stats.clusters import Estimate


def percentile(group: Floats, among: Floats) -> Estimate:
    """The mean percentile of `group`, shape (m,), among `among`, shape (n,), with its 95% interval.

    50 is as much as they have. Undefined for an empty group; the interval is None for fewer than two members.
    """
    if not len(group) or not len(among):
        return Estimate(None)
    ranks = _ranks(group, among)
    value = float(ranks.mean())
    fewest = min(len(group), len(among))
    if fewest < 2:
        return Estimate(100 * value)
    sides = [np.append(side, (0.0, 1.0)) for side in (ranks, 1 - _ranks(among, group))]
    variance = sum(float(side.var(ddof=1)) / len(side) for side in sides)
    middle = sum(float(side.mean()) for side in sides) / 2
    trials = max(fewest, middle * (1 - middle) / variance)
    share = Z * Z / trials
    centre = (value + share / 2) / (1 + share)
    half = math.sqrt(share * (value * (1 - value) + share / 4)) / (1 + share)
    return Estimate(100 * value, (100 * max(0.0, centre - half), 100 * min(1.0, centre + half)))


def _ranks(group: Floats, among: Floats) -> Floats:
    """The share of `among` that each of `group` exceeds, ties counted half, shape (m,)."""
    ordered = np.sort(among)
    below, up_to = (np.searchsorted(ordered, group, side) for side in ("left", "right"))
    return np.asarray((below + up_to) / (2 * len(ordered)))
