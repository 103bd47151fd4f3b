"""Bounds of an expected chi-square while a share of the distribution is open: it may go to any value, or to none.

With p the probabilities found and u the open share, the whole probabilities are p + a for some a >= 0 whose sum is at
most u; the part of u that isn't in a is rejected. The expected chi-square of n answers is (k - n) + k (n - 1) S, with S
the sum of squares of the shares (p + a) / sum(p + a), so S has to be bounded:

- It is largest at a corner, because |p + a| / sum(p + a) is quasiconvex: all of u on one value, or none of it anywhere.
- It is smallest with all of u poured like water onto the smallest values, up to one level: of all ways to add that much
  this makes the squares smallest; and because the level is at most sum (p + a)^2 / sum (p + a), every drop lowers S.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arena.stats.uniformity import expected_chi_square


def expected_chi_square_bounds(probabilities: ArrayLike, unexplored: float, n: int) -> tuple[float, float] | None:
    """The smallest and the largest that chi-square can be on average over n answers.

    `probabilities` are those found of the values, shape (k,), not divided by their sum; `unexplored` is the open share.
    None if they leave no answer possible.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    u = max(0.0, unexplored)
    if p.sum() + u <= 0.0:
        return None
    corners = p + u * np.eye(len(p))
    candidates = [*corners, *([p] if p.sum() > 0.0 else [])]
    largest = max(expected_chi_square(candidate / candidate.sum(), n) for candidate in candidates)
    filled = _filled(p, u)
    return expected_chi_square(filled / filled.sum(), n), largest


def _filled(p: NDArray[np.float64], u: float) -> NDArray[np.float64]:
    """p with u poured onto its smallest values, up to one level."""
    rising = np.sort(p)
    levels = (np.cumsum(rising) + u) / np.arange(1, len(p) + 1)  # if this many of the smallest are covered
    return np.maximum(p, levels[np.count_nonzero(levels > rising) - 1] if u > 0.0 else 0.0)
