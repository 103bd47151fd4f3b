"""Chi-square and its relatives, beside scipy, by simulation, and at the published maximum."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena.stats.uniformity import (
    chi_square,
    expected_chi_square,
    histogram,
    phi_squared_interval,
    phi_squared_of,
    total_variation,
    uniformity,
)

UNIFORM = np.full(11, 1 / 11)
MODE_OF_SEVEN = np.array([2, 3, 6, 8, 8, 9, 10, 30, 12, 8, 4]) / 100  # as a base model's histogram may look


@given(st.lists(st.integers(0, 500), min_size=2, max_size=30).filter(lambda counts: sum(counts) > 0))
def test_it_is_scipy_s_chi_square(counts: list[int]) -> None:
    found = uniformity(counts)
    expected = stats.chisquare(counts)
    assert found.chi2 == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.cramers_v == pytest.approx(math.sqrt(expected.statistic / found.n / (len(counts) - 1)))


def test_always_seven_is_the_published_maximum() -> None:
    # table 5 of the paper has 15000 for Qwen2.5-72B-Instruct, and table 4 for llama-instruct at top-p 0.5
    found = uniformity(histogram([7] * 1500, 11))
    assert found.chi2 == pytest.approx(15000)
    assert found.cramers_v == pytest.approx(1)
    assert found.total_variation == pytest.approx(10 / 11)
    assert found.phi2 == pytest.approx(phi_squared_of(np.eye(11)[7]))


def test_a_uniform_player_s_chi_square_has_mean_10_and_variance_20() -> None:
    rng = np.random.default_rng(1)
    found = np.array([chi_square(rng.multinomial(1500, UNIFORM)) for _ in range(500)])
    assert found.mean() == pytest.approx(10, abs=4 * math.sqrt(20 / 500))
    assert found.var() == pytest.approx(20, abs=4 * math.sqrt(2 * 20**2 / 500 + 12 * 4 * 10 * 12 / 500))
    phi = [uniformity(rng.multinomial(50, UNIFORM)).phi2 for _ in range(2000)]
    assert np.mean(phi) == pytest.approx(0, abs=4 * np.std(phi) / math.sqrt(2000))


@pytest.mark.parametrize("n", [20, 1500])
def test_expected_chi_square_and_phi_squared_by_simulation(n: int) -> None:
    rng = np.random.default_rng(2)
    runs = rng.multinomial(n, MODE_OF_SEVEN, size=20_000)
    chi2 = ((runs - n / 11) ** 2).sum(axis=1) / (n / 11)
    tolerance = 4 * chi2.std() / math.sqrt(len(chi2))
    assert expected_chi_square(MODE_OF_SEVEN, n) == pytest.approx(chi2.mean(), abs=tolerance)
    phi2 = phi_squared_of(MODE_OF_SEVEN)
    assert (11 - 1) + (n - 1) * phi2 == pytest.approx(chi2.mean(), abs=tolerance)
    assert ((chi2 - 10) / (n - 1)).mean() == pytest.approx(phi2, abs=tolerance / (n - 1))


@pytest.mark.parametrize("probabilities", [UNIFORM, MODE_OF_SEVEN, np.array([0.01] * 7 + [0.9] + [0.01] * 3)])
@pytest.mark.parametrize("n", [300, 1500])
def test_intervals_cover(probabilities: np.ndarray, n: int) -> None:
    rng = np.random.default_rng(3)
    true = phi_squared_of(probabilities)
    intervals = [phi_squared_interval(rng.multinomial(n, probabilities)) for _ in range(200)]
    assert 180 <= sum(low <= true <= high for low, high in intervals) <= 198


def test_nothing_answered() -> None:
    found = uniformity([0] * 11)
    assert found.n == 0 and math.isnan(found.chi2) and math.isnan(found.phi2)


def test_total_variation_of_one_value() -> None:
    assert total_variation([1, 0]) == 0.5
