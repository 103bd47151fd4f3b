"""How far counts are from the uniform distribution: Pearson's chi-square and what doesn't grow with n.

Definitions: docs/definitions.md, after section 2 of West & Potts 2025.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True, slots=True)
class Uniformity:
    """Of n independent answers among k values. `phi2` and `cramers_v` don't depend on n; intervals are 95%.

    `p` is the probability of a chi-square at least so large if the answers are independent and uniform. Everything but
    `n` and `k` is NaN without answers.
    """

    n: int
    k: int
    chi2: float
    p: float
    phi2: float
    phi2_interval: tuple[float, float]
    cramers_v: float
    total_variation: float


def uniformity(counts: ArrayLike) -> Uniformity:
    """The measures of a histogram, shape (k,), k at least 2."""
    seen = np.asarray(counts, dtype=np.float64)
    n, k = int(seen.sum()), len(seen)
    if n == 0:
        nan = math.nan
        return Uniformity(0, k, nan, nan, nan, (nan, nan), nan, nan)
    chi2 = chi_square(seen)
    return Uniformity(
        n=n,
        k=k,
        chi2=chi2,
        p=float(stats.chi2.sf(chi2, k - 1)),
        phi2=phi_squared(chi2, n, k),
        phi2_interval=phi_squared_interval(seen),
        cramers_v=math.sqrt(chi2 / (n * (k - 1))),
        total_variation=total_variation(seen / n),
    )


def chi_square(counts: ArrayLike) -> float:
    """Pearson's statistic of counts, shape (k,), against equal expectations: the paper's divergence."""
    seen = np.asarray(counts, dtype=np.float64)
    n = seen.sum()
    # the sum of (seen - n/k)^2 / (n/k), written so that nothing is rounded before the division
    return float((len(seen) * (seen**2).sum() - n**2) / n)


def phi_squared(chi2: float, n: int, k: int) -> float:
    """(chi-square - (k - 1)) / (n - 1): unbiased for k * sum of (p - 1/k)^2, also below 0. NaN for one answer."""
    return (chi2 - (k - 1)) / (n - 1) if n > 1 else math.nan


def phi_squared_of(probabilities: ArrayLike) -> float:
    """k * sum of (p - 1/k)^2 of a distribution, shape (k,)."""
    p = np.asarray(probabilities, dtype=np.float64)
    return float(len(p) * ((p - 1 / len(p)) ** 2).sum())


def expected_chi_square(probabilities: ArrayLike, n: int) -> float:
    """What chi-square is on average over n independent draws from a distribution: (k - 1) + (n - 1) phi-squared.

    Exact if the distribution is uniform; otherwise up to terms of the size of phi-squared, which are given too:
    E = k * sum of p (1 - p) + n phi-squared.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    return float(len(p) * (p * (1 - p)).sum() + n * phi_squared_of(p))


def phi_squared_interval(counts: ArrayLike) -> tuple[float, float]:
    """A 95% interval for phi-squared under the multinomial distribution; NaN for fewer than two answers.

    Its large-sample variance is 4 k^2 (sum p^3 - (sum p^2)^2) / n + 2 (k - 1) / n^2. The first term grows from 0 at
    uniform in proportion to phi-squared (4 phi-squared / n nearby): the interval is of all values that the estimate is
    not too far from with the variance that belongs to the value, as Wilson's is for a share.
    """
    seen = np.asarray(counts, dtype=np.float64)
    n, k = float(seen.sum()), len(seen)
    if n < 2:
        return math.nan, math.nan
    p = seen / n
    chi2 = chi_square(seen)
    spread = 4 * k**2 * ((p**3).sum() - (p**2).sum() ** 2)
    slope = spread / (chi2 / n) if chi2 > 0 else 4.0
    z2 = float(stats.norm.ppf(0.975)) ** 2
    found = phi_squared(chi2, int(n), k)
    middle = found + z2 * slope / (2 * n)
    inside = middle**2 - found**2 + 2 * z2 * (k - 1) / n**2
    reach = math.sqrt(max(0.0, inside))
    return middle - reach, middle + reach


def total_variation(probabilities: ArrayLike) -> float:
    """Half the sum of |p - 1/k|: the share of answers that would have to change."""
    p = np.asarray(probabilities, dtype=np.float64)
    return float(np.abs(p - 1 / len(p)).sum() / 2)


def histogram(values: ArrayLike, k: int) -> NDArray[np.int64]:
    """How often each of 0..k-1 occurs among values of that range."""
    return np.bincount(np.asarray(values, dtype=np.int64).ravel(), minlength=k).astype(np.int64)
