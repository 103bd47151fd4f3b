"""Standard errors of numbers of which only the value and its n are known, as a paper prints them.

A rate's variance follows from the rate. A chi-square's doesn't: it also depends on how the answers are spread. Whoever
asks whether two measurements come from one distribution may take the spread from the one that is at hand: if they do,
it is the other's spread too.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arena.stats.comparing import Sample
from arena.stats.uniformity import phi_squared_of

Floats = NDArray[np.float64]


def rate_error(rate: float, n: int, design: float = 1.0) -> float:
    """The standard error, in points, of a rate in percent of n rounds: that of a binomial share, times the root of the
    design effect."""
    share = rate / 100
    return 100 * math.sqrt(design * share * (1 - share) / n)


def net_error(wins: float, losses: float, n: int, design: float = 1.0) -> float:
    """The same for a net, from the rates in percent of n rounds: a round is worth 1, 0 or -1, so that its variance is
    w + l - (w - l)^2."""
    win, loss = wins / 100, losses / 100
    return 100 * math.sqrt(design * max(0.0, win + loss - (win - loss) ** 2) / n)


def design_effect(sample: Sample) -> float:
    """How many times as large the variance of a mean over clusters is as it would be if the observations were
    independent (Kish 1965, Survey Sampling, section 5.4): below 1 where the observations of a cluster balance each
    other. 1 where nothing varies, and for a single cluster."""
    independent = float(sample.values.std()) / math.sqrt(max(1, len(sample.values)))
    return (sample.error / independent) ** 2 if independent > 0 and sample.error > 0 else 1.0


def chi_square_error(probabilities: ArrayLike, n: int) -> float:
    """The standard deviation of Pearson's chi-square of n independent answers from a distribution, shape (k,).

    Exact. Up to a constant, chi-square is 2 k / n times the number of pairs of equal answers, so that its variance is
    that of a U-statistic (Hoeffding 1948, A class of statistics with asymptotically normal distribution, section 5):

        2 k^2 (n - 1) / n * (2 (n - 2) (sum p^3 - s^2) + s - s^2),   s = sum p^2.

    At uniform this is 2 (k - 1) (n - 1) / n; near uniform, with lambda = n phi-squared, it is about
    2 (k - 1) + 4 lambda, the variance of a noncentral chi-square.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    k, s = len(p), float((p**2).sum())
    of_triples = max(0.0, float((p**3).sum()) - s**2)
    return math.sqrt(max(0.0, 2 * k**2 * (n - 1) / n * (2 * (n - 2) * of_triples + s - s**2)))


def reshaped(probabilities: ArrayLike, phi2: float) -> Floats:
    """A distribution, shape (k,), flattened or sharpened until k * sum of (p - 1/k)^2 is `phi2`, which is cut to the
    range from 0 to k - 1: mixed with the uniform distribution, or with the one that always gives its mode."""
    p = np.asarray(probabilities, dtype=np.float64)
    k = len(p)
    wanted, has = min(max(0.0, phi2), k - 1.0), phi_squared_of(p)
    if has <= 0.0:  # nothing tells which value is to stand out
        p, has = np.full(k, 1 / k), 0.0
    if wanted <= has:
        share = math.sqrt(wanted / has) if has else 0.0
        return np.asarray(share * p + (1 - share) / k)
    peak = np.eye(k)[int(np.argmax(p))]
    # phi-squared of (1 - t) p + t peak is a quadratic in t: has + 2 (cross - has) t + (has - 2 cross + k - 1) t^2
    cross = float(k * ((p - 1 / k) * (peak - 1 / k)).sum())
    square, half = has - 2 * cross + k - 1, cross - has
    t = (wanted - has) / (half + math.sqrt(max(0.0, half**2 + square * (wanted - has))))
    return np.asarray((1 - min(t, 1.0)) * p + min(t, 1.0) * peak)


def pooled_chi_square_error(counts: ArrayLike) -> float:
    """The standard deviation of the chi-square of the pooled values of n independent sequences, whose own values may
    depend on each other. `counts` says how often each sequence has each value, shape (n, k).

    With S the pooled counts, N their sum and C the covariance of a sequence's counts, chi-square is k / N |S|^2 - N,
    and its variance (2 k / N)^2 n E(S)'C E(S) + 2 (k n / N)^2 tr C^2, up to a term of third moments. The first term is
    estimated from S, which makes it too large by twice the second.
    """
    rows = np.asarray(counts, dtype=np.float64)
    n, k = rows.shape
    if n < 2:
        return math.nan
    pooled, total = rows.sum(axis=0), rows.sum()
    covariance = np.cov(rows, rowvar=False)
    first = (2 * k / total) ** 2 * n * float(pooled @ covariance @ pooled)
    second = 2 * (k * n / total) ** 2 * float((covariance**2).sum())
    return math.sqrt(max(0.0, first - 2 * second) + second)


def squared_distance_error(counts: ArrayLike, probabilities: ArrayLike) -> float:
    """The standard deviation of the mean over bins of (count - n P)^2, where the counts, shape (bins,), are of n
    independent cases, and P, shape (bins,), is given: the repetitions' error.

    With d = n (p - P) and C the multinomial covariance of the counts, the variance of the sum is 4 d'C d + 2 tr C^2, up
    to a term of third moments; d'C d is estimated from the counts, which makes it too large by tr C^2.
    """
    seen, wanted = np.asarray(counts, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    n = seen.sum()
    p = seen / n
    off = seen - n * wanted
    covariance = n * (np.diag(p) - np.outer(p, p))
    chance = float((covariance**2).sum())
    first = max(0.0, float(off @ covariance @ off) - chance)
    return math.sqrt(4 * first + 2 * chance) / len(seen)
