"""Sequences of random integers: repetitions against their exact expectation (figure 3), and dependence of neighbours.

Sequences are arrays of shape (sequences, length) with values 0..k-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import perm

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import stirling2

Integers = NDArray[np.int64]


def repetitions(sequences: Integers) -> Integers:
    """The length minus the number of distinct values, for each sequence: the paper's repetitions."""
    ordered = np.sort(sequences, axis=1)
    return np.asarray(np.count_nonzero(ordered[:, 1:] == ordered[:, :-1], axis=1), dtype=np.int64)


def repeated_values(sequences: Integers, k: int) -> Integers:
    """How many values occur twice or more in each sequence: another reading of repetitions."""
    return np.asarray(np.count_nonzero(_counts(sequences, k) > 1, axis=1), dtype=np.int64)


def equal_pairs(sequences: Integers, k: int) -> Integers:
    """How many pairs of places in each sequence have the same value: a third reading."""
    counts = _counts(sequences, k)
    return np.asarray((counts * (counts - 1) // 2).sum(axis=1), dtype=np.int64)


def _counts(sequences: Integers, k: int) -> Integers:
    """How often each value occurs in each sequence, shape (sequences, k)."""
    offsets = np.arange(len(sequences))[:, None] * k
    return np.bincount((sequences + offsets).ravel(), minlength=len(sequences) * k).reshape(-1, k)


@lru_cache(maxsize=32)
def repetition_probabilities(length: int, k: int) -> tuple[float, ...]:
    """The distribution of repetitions in a true sample, over 0..length (the last can't occur: the paper has 11 bins for
    ten integers), from Stirling numbers of the second kind."""
    distinct = range(length, -1, -1)
    ways = (stirling2(length, parts, exact=True) * perm(k, parts) for parts in distinct)
    return tuple(int(number) / k**length for number in ways)


@dataclass(frozen=True, slots=True)
class Repetitions:
    """How often each number of repetitions was seen, in the paper's bins, with the expectation.

    `mse` is the mean over the bins of (observed - n P)^2 (footnote 1); it grows with n squared, so `mse / n^2` and the
    `floor`, the average for a true sample, are given with it."""

    counts: tuple[int, ...]
    expected: tuple[float, ...]
    mse: float
    floor: float


def repetition_report(sequences: Integers, k: int) -> Repetitions:
    """The repetitions in n sequences, n at least 1."""
    n, length = sequences.shape
    counts = np.bincount(repetitions(sequences), minlength=length + 1)
    probabilities = np.array(repetition_probabilities(length, k))
    mse = float(((counts - n * probabilities) ** 2).mean())
    floor = float(n * (probabilities * (1 - probabilities)).mean())
    return Repetitions(tuple(counts.tolist()), tuple((n * probabilities).tolist()), mse, floor)


@dataclass(frozen=True, slots=True)
class Test:
    """A statistic with its degrees of freedom and p-value."""

    statistic: float
    degrees: int
    p: float


def frequencies_differ(sequences: Integers, k: int) -> Test | None:
    """Hotelling's test that every value has the same mean count per sequence.

    The integers of a sequence depend on each other, so chi-square on k - 1 degrees would be wrong; whole sequences are
    independent. None for too few sequences, or if the counts never vary.
    """
    n = len(sequences)
    counts = _counts(sequences, k)[:, :-1].astype(np.float64)  # the last one follows from the others
    if n <= k:
        return None
    off = counts.mean(axis=0) - sequences.shape[1] / k
    covariance = np.cov(counts, rowvar=False)
    if np.linalg.matrix_rank(covariance) < k - 1:
        return None
    squared = float(n * off @ np.linalg.solve(covariance, off))
    degrees = k - 1
    f = squared * (n - degrees) / (degrees * (n - 1))
    return Test(squared, degrees, float(stats.f.sf(f, degrees, n - degrees)))


def by_position(sequences: Integers, k: int) -> NDArray[np.float64]:
    """How often each value occurs at each place, as shares of the sequences: figure 6, shape (length, k)."""
    return np.stack([np.bincount(place, minlength=k) for place in sequences.T]) / len(sequences)


def neighbours(sequences: Integers, k: int) -> Integers:
    """How often each value follows each other one, shape (k, k): rows are the first of a pair."""
    pairs = sequences[:, :-1] * k + sequences[:, 1:]
    return np.bincount(pairs.ravel(), minlength=k * k).reshape(k, k).astype(np.int64)


def neighbours_dependent(sequences: Integers, k: int) -> Test | None:
    """The test that a value doesn't depend on the one before it, whatever the distributions at each place are.

    Mantel and Haenszel's test for larger tables (Landis, Heyman & Koch 1978, Average partial association in three-way
    contingency tables): pairs are compared within their places, where the hypothesis lets the sequences be shuffled,
    and the deviations of all places are summed. Deviations at different places are uncorrelated, even if the pairs
    share a value. All pairs of a single sequence count as one place. None if nothing could deviate.
    """
    first, second = sequences[:, :-1], sequences[:, 1:]
    if len(sequences) == 1:
        first, second = first.T, second.T
    n = len(first)
    if n < 2:
        return None
    before, after = _counts(first.T, k), _counts(second.T, k)  # a row per place
    off = (neighbours(sequences, k) - before.T @ after / n).ravel()
    spread = sum(np.kron(_spread(one), _spread(two)) for one, two in zip(before, after, strict=True)) / (n - 1)
    sizes, directions = np.linalg.eigh(spread)
    free = sizes > 1e-9 * max(1.0, sizes[-1])
    if not free.any():
        return None
    statistic, degrees = float(((off @ directions[:, free]) ** 2 / sizes[free]).sum()), int(free.sum())
    return Test(statistic, degrees, float(stats.chi2.sf(statistic, degrees)))


def _spread(counts: Integers) -> NDArray[np.float64]:
    """The covariance matrix of one draw from these counts, times their sum: shape (k, k)."""
    n = counts.sum()
    return np.asarray(np.diag(counts) - np.outer(counts, counts) / n, dtype=np.float64)


def repeat_rate(sequences: Integers) -> float:
    """The share of pairs of neighbours that are equal: 1/k in a true sample."""
    return float((sequences[:, 1:] == sequences[:, :-1]).mean())
