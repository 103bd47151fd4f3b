"""Shares of variance in a grid whose effects are known."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from arena.stats.variance_shares import REST, balanced, variance_shares

GRID = np.array(list(product(range(3), range(4))))
FACTORS = {"row": GRID[:, 0].tolist(), "column": GRID[:, 1].tolist()}
ROW, COLUMN = np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.0, 0.0, 4.0])


def truth(effects: NDArray[np.float64]) -> dict[str, float]:
    """The textbook's sums of squares of a two-way layout, as shares of the whole."""
    table = effects.reshape(3, 4)
    rows = 4 * ((table.mean(1) - table.mean()) ** 2).sum()
    columns = 3 * ((table.mean(0) - table.mean()) ** 2).sum()
    whole = ((table - table.mean()) ** 2).sum()
    return {"row": rows / whole, "column": columns / whole, REST: 1 - (rows + columns) / whole}


def observed(effects: NDArray[np.float64], noise: float, matches: int, seed: int) -> NDArray[np.float64]:
    return effects + np.random.default_rng(seed).normal(0, noise, (matches, len(effects)))


def test_without_noise_the_shares_are_those_of_the_textbook() -> None:
    effects = ROW[GRID[:, 0]] + COLUMN[GRID[:, 1]] + np.where((GRID == (1, 1)).all(1), 1.0, 0.0)
    found = variance_shares(observed(effects, 0.0, 5, 0), FACTORS)
    for name, share in truth(effects).items():
        assert found[name].value == pytest.approx(share)
        assert found[name].interval == pytest.approx((share, share))


def test_noise_is_no_variance_between_places() -> None:
    """Of a hundred noisy grids, the mean share is the true one, and intervals hold it about as often as they say."""
    effects = 0.5 * ROW[GRID[:, 0]] + 0.2 * COLUMN[GRID[:, 1]]
    expected = truth(effects)
    held = {name: 0 for name in expected}
    values: dict[str, list[float]] = {name: [] for name in expected}
    for seed in range(100):
        found = variance_shares(observed(effects, 2.0, 60, seed), FACTORS)
        for name, share in expected.items():
            value, interval = found[name].value, found[name].interval
            assert value is not None and interval is not None and interval[0] <= value <= interval[1]
            values[name].append(value)
            held[name] += interval[0] <= share <= interval[1]
    for name in ("row", "column"):
        assert np.mean(values[name]) == pytest.approx(expected[name], abs=0.03)
        assert held[name] >= 85


def test_factors_that_always_go_together_can_t_be_told_apart() -> None:
    effects = ROW[GRID[:, 0]] + COLUMN[GRID[:, 1]]
    rows = FACTORS["row"]
    found = variance_shares(observed(effects, 0.1, 20, 0), {**FACTORS, "again": rows})
    assert found["row"].value is None and found["again"].value is None and found[REST].value is None
    assert found["column"].value == pytest.approx(truth(effects)["column"], abs=0.02)
    assert not balanced(np.array(rows), np.array(rows))


def test_what_has_no_variance_has_no_shares() -> None:
    for constant in (np.ones((9, 12)), np.full((9, 12), 0.1)):
        found = variance_shares(constant, {**FACTORS, "constant": [0] * 12})
        assert {estimate.value for estimate in found.values()} == {None}
    some = variance_shares(observed(ROW[GRID[:, 0]], 0.0, 3, 0), {"row": FACTORS["row"], "constant": [0] * 12})
    assert some["constant"].value is None
    assert (some["row"].value, some[REST].value) == pytest.approx((1.0, 0.0))


def test_where_variance_may_be_noise_alone_shares_have_no_interval() -> None:
    found = [variance_shares(observed(np.zeros(12), 1.0, 20, seed), FACTORS) for seed in range(100)]
    assert sum(shares["row"].interval is not None for shares in found) <= 5


def test_many_matches_are_resampled_in_groups() -> None:
    effects = ROW[GRID[:, 0]] + COLUMN[GRID[:, 1]]
    found = variance_shares(observed(effects, 1.0, 2503, 0), FACTORS)
    assert found["column"].value == pytest.approx(truth(effects)["column"], abs=0.02)
