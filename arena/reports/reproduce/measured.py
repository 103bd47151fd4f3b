"""Our measurements of tasks, each with an interval, and with the standard error that the published number then has."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from arena.reports.numbers.measures import PER, NumbersCellReport
from arena.reports.reproduce.compared import Ours
from arena.stats.bounded import Z
from arena.stats.clusters import Estimate
from arena.stats.open_share import expected_chi_square_bounds
from arena.stats.sampling_errors import chi_square_error, pooled_chi_square_error, reshaped, squared_distance_error
from arena.stats.sequences import repetition_probabilities
from arena.stats.uniformity import expected_chi_square, phi_squared, uniformity

_BOUNDS: Final = "the interval is exact mode's bounds"


def chi_square(cell: NumbersCellReport, n: int) -> Estimate:
    """The chi-square that n answers have, from those that were drawn (`scaled_chi_square`), or else from exact mode,
    with its bounds as the interval."""
    if len(cell.values):
        return scaled_chi_square(cell.counts, n)
    exact = cell.exact
    bounds = None if exact is None else expected_chi_square_bounds(exact.probabilities, exact.unexplored, n)
    if exact is None or exact.distribution is None or bounds is None:
        return Estimate(None, bounds)
    value = expected_chi_square(exact.distribution, n)
    return Estimate(value, (min(bounds[0], value), max(bounds[1], value)))


def scaled_chi_square(counts: ArrayLike, n: int) -> Estimate:
    """The chi-square of a histogram, shape (k,): its own if it has n answers, else the one that n have by its
    phi-squared, (k - 1) + (n - 1) phi-squared; with the interval of phi-squared, scaled in the same way."""
    found = uniformity(counts)
    if found.n < 2:
        return Estimate(None)
    low, high = ((found.k - 1) + (n - 1) * end for end in found.phi2_interval)
    value = found.chi2 if found.n == n else (found.k - 1) + (n - 1) * found.phi2
    return Estimate(value, (min(low, value), max(high, value)))


def published_error(published: float, ours: float, n: int, shape: ArrayLike) -> float:
    """The standard error of a published chi-square of n answers: that of n draws from our distribution, shape (k,),
    reshaped to a phi-squared midway between both chi-squares. If both are measurements of one model, its distribution
    is about that."""
    k = len(np.asarray(shape))
    middle = (phi_squared(published, n, k) + phi_squared(ours, n, k)) / 2
    return chi_square_error(reshaped(shape, middle), n)


def chi_square_of(cell: NumbersCellReport, published: float, n: int) -> Ours:
    """Our chi-square beside a published one of n answers."""
    estimate = chi_square(cell, n)
    shape = cell.counts / cell.counts.sum() if len(cell.values) else cell.distribution
    error = None
    if shape is not None and estimate.value is not None:
        error = published_error(published, estimate.value, n, shape)
    if len(cell.values):
        scaled = "" if len(cell.values) == n else f"scaled from {len(cell.values)} answers to {n}"
        return Ours(estimate, len(cell.values), error, note=scaled)
    unknown = (f"exact mode left {cell.exact.unexplored:.2f} open",) if cell.exact and estimate.value is None else ()
    return Ours(estimate, n, error, "exact", unknown, _BOUNDS)


def pooled_chi_square_of(cell: NumbersCellReport) -> Ours:
    """The chi-square of all integers of a cell's sequences."""
    k = len(cell.task.values)
    counts = np.stack([(cell.values == value).sum(axis=1) for value in range(k)], axis=1)
    found = cell.uniformity
    per = f"per {PER} integers, ours is {found.chi2 * PER / found.n:.1f}" if found.n else ""
    estimate = _around(found.chi2, pooled_chi_square_error(counts))
    return Ours(estimate, len(cell.values), None, note=per)


def repetition_error(cell: NumbersCellReport) -> Estimate:
    """The repetitions' MSE divided by the square of the number of sequences, which doesn't grow with it."""
    found = cell.repetitions
    if found is None:
        return Estimate(None)
    n = len(cell.values)
    probabilities = repetition_probabilities(cell.task.length, len(cell.task.values))
    scaled = _around(found.mse, squared_distance_error(found.counts, probabilities))
    assert scaled.value is not None
    interval = None if scaled.interval is None else (scaled.interval[0] / n**2, scaled.interval[1] / n**2)
    return Estimate(scaled.value / n**2, interval)


def reward_of(reward: float) -> Ours:
    """A reward, which is computed and not drawn: it has no error of its own."""
    return Ours(Estimate(reward, (reward, reward)), 1, 0.0, "scored")


def _around(value: float, error: float) -> Estimate:
    """A quantity that can't be below 0, with 1.96 standard errors to each side."""
    return Estimate(value, None if math.isnan(error) else (max(0.0, value - Z * error), value + Z * error))
