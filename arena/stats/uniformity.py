"""How far counts are from the uniform distribution: Pearson's chi-square, and measures that don't grow with n.

Definitions: docs/definitions.md, after section 2 of West & Potts 2025.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from arena.stats.bounded import Z, gaffke_limits

_Z2 = Z**2


@dataclass(frozen=True, slots=True)
class Uniformity:
    """Measures of n independent answers among k values. `phi2` and `cramers_v` don't depend on n; intervals are 95%.

    `p` is the probability of a chi-square at least this large if the answers are independent and uniform. Without
    answers everything but `n` and `k` is NaN.
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
    # the sum of (seen - n/k)^2 / (n/k), in a form where nothing is rounded before the division
    return float((len(seen) * (seen**2).sum() - n**2) / n)


def phi_squared(chi2: float, n: int, k: int) -> float:
    """(chi-square - (k - 1)) / (n - 1): unbiased for k * sum of (p - 1/k)^2, may be below 0. NaN for one answer."""
    return (chi2 - (k - 1)) / (n - 1) if n > 1 else math.nan


def phi_squared_of(probabilities: ArrayLike) -> float:
    """k * sum of (p - 1/k)^2 of a distribution, shape (k,)."""
    p = np.asarray(probabilities, dtype=np.float64)
    return float(len(p) * ((p - 1 / len(p)) ** 2).sum())


def expected_chi_square(probabilities: ArrayLike, n: int) -> float:
    """The average chi-square of n independent draws from a distribution: (k - 1) + (n - 1) phi-squared.

    Exact if the distribution is uniform; otherwise up to terms of the size of phi-squared, which are given too:
    E = k * sum of p (1 - p) + n phi-squared.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    return float(len(p) * (p * (1 - p)).sum() + n * phi_squared_of(p))


def phi_squared_interval(counts: ArrayLike) -> tuple[float, float]:
    """A 95% interval for phi-squared under the multinomial distribution; NaN for fewer than two answers.

    It lies within 0 and k - 1, but begins with the estimate where chance puts that below 0.
    """
    low, high = phi_squared_limits(np.asarray(counts, dtype=np.float64)[None])
    return float(low[0]), float(high[0])


def phi_squared_limits(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ends of these intervals for histograms of equal n, shape (samples, k).

    The estimate's variance has two terms: the first is that of a mean of 2 k p over the answers, the second
    2 k^2 (s - s^2) / (n (n - 1)) with s = sum p^2 = (1 + phi-squared) / k. The first vanishes at uniform in proportion
    to phi-squared: so, like Wilson's interval for a share, this one holds all values from which the estimate is not too
    far off, given the variances at that value. The first also vanishes where all answers are alike, because the others
    are too rare to have been seen: so its reach is that of Gaffke's limits (bounded.py), which add one more answer.
    """
    n, k = float(counts[0].sum()), counts.shape[-1]
    if n < 2:
        return (np.full(len(counts), math.nan),) * 2
    p = counts / n
    chi2 = (k * (counts**2).sum(axis=-1) - n**2) / n
    found = (chi2 - (k - 1)) / (n - 1)
    plain, chance = chi2 / n, (k - 1) / n  # the second is the average of the first at uniform
    concentration = (1 + plain) / k  # the sum of p^2, which is also the mean of p over the answers
    most = p.max(axis=-1, keepdims=True)
    most = np.minimum(1.0, most + np.sqrt(_Z2 * most * (1 - most) / n))  # the highest p possible
    slopes = (
        np.where(
            plain > chance, (2 * k * (concentration - end * most[:, 0])) ** 2 / np.maximum(plain, chance), 4 * _Z2 / n
        )
        for end in gaffke_limits(p / most, counts, (0.0, 1.0))
    )
    low, high = (_reach(np.maximum(found, 0.0), n, k, slope, side) for slope, side in zip(slopes, (-1, 1), strict=True))
    return np.minimum(found, np.maximum(0.0, low)), np.minimum(k - 1.0, np.maximum(found, high))


def _reach(found: NDArray[np.float64], n: float, k: int, slope: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """The lowest (side -1) or highest (1) x with (found - x)^2 <= slope x + z^2 times the second term, that being
    2 (1 + x) (k - 1 - x) / (n (n - 1))."""
    second = 2 * _Z2 / (n * (n - 1))
    square, half, constant = 1 + second, found + slope / 2 + second * (k - 2) / 2, found**2 - second * (k - 1)
    return np.asarray((half + side * np.sqrt(np.maximum(0.0, half**2 - square * constant))) / square)


def total_variation(probabilities: ArrayLike) -> float:
    """Half the sum of |p - 1/k|: the share of answers that would have to change."""
    p = np.asarray(probabilities, dtype=np.float64)
    return float(np.abs(p - 1 / len(p)).sum() / 2)


def true_total_variation(n: int, k: int) -> float:
    """The average total variation of n true draws among k values; NaN for no draws. Exact: k/2 times the mean absolute
    deviation of a binomial share, by de Moivre's formula."""
    if n == 0:
        return math.nan
    least = n // k + 1
    return float(least * stats.binom.pmf(least, n, 1 / k) * (1 - 1 / k) * k / n)


def true_cramers_v(n: int, k: int) -> float:
    """The average Cramer's V of n true draws among k values; NaN for no draws.

    Chi-square is treated as a gamma variable with its exact mean, k - 1, and variance, 2 (k - 1) (n - 1) / n. For k
    above 2 that is within 1% of the mean over all samples.
    """
    if n < 2:
        return float(n) or math.nan
    shape = (k - 1) * n / (2 * (n - 1))
    mean_root = math.exp(math.lgamma(shape + 0.5) - math.lgamma(shape)) / math.sqrt(shape)
    return mean_root / math.sqrt(n)


def histogram(values: ArrayLike, k: int) -> NDArray[np.int64]:
    """How often each of 0..k-1 occurs among values of that range."""
    return np.bincount(np.asarray(values, dtype=np.int64).ravel(), minlength=k).astype(np.int64)
