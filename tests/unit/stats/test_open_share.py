"""Bounds of the expected chi-square beside a search through all that the open share could be."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from arena.stats.open_share import expected_chi_square_bounds

N = 1500
STEPS = 60  # of the open share


def chi_square(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of Pearson's statistic over N draws, written out: a sum of k (variance + bias squared) / N."""
    k = shares.shape[-1]
    counts = N * shares * (1 - shares) + (N * (shares - 1 / k)) ** 2
    return np.asarray((counts / (N / k)).sum(axis=-1))


@pytest.mark.parametrize("unexplored", [0.0, 0.01, 0.1, 0.3, 0.9])
@pytest.mark.parametrize(
    "found", [(0.0, 0.1, 0.5), (0.2, 0.2, 0.2), (0.0, 0.0, 0.05), (0.01, 0.3, 0.3), (0.0, 0.0, 0.0)]
)
def test_the_bounds_are_those_of_a_search(found: tuple[float, ...], unexplored: float) -> None:
    parts = np.array([part for part in product(range(STEPS + 1), repeat=3) if sum(part) <= STEPS]) / STEPS
    whole = np.array(found) + unexplored * parts
    whole = whole[whole.sum(axis=1) > 0]
    bounds = expected_chi_square_bounds(found, unexplored, N)
    if not len(whole):
        assert bounds is None
        return
    assert bounds is not None
    low, high = bounds
    searched = chi_square(whole / whole.sum(axis=1, keepdims=True))
    assert high == pytest.approx(searched.max())  # a corner, which is among those searched
    assert low <= searched.min() + 1e-9  # no way to share it out gives less,
    assert searched.min() - low <= 0.01 * (high - low) + 1e-9  # and the nearest one searched gives hardly more


def test_nothing_open_leaves_nothing_open() -> None:
    low, high = expected_chi_square_bounds((0.1, 0.2, 0.3), 0.0, N) or (0.0, 0.0)
    assert low == high == pytest.approx(float(chi_square(np.array([1, 2, 3]) / 6)))
