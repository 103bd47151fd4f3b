"""The edges of the grid that benchmarks/coverage.py simulates whole: what holds there, holds between."""

from __future__ import annotations

import numpy as np
import pytest

from arena.stats.bounded import gaffke_limits, mean_limits
from arena.stats.uniformity import phi_squared_interval, phi_squared_of, uniformity
from benchmarks.coverage import Cell, after_win, expected_net, net, phi_squared

SAMPLES = 400
FEWEST = 0.90 - 2 * np.sqrt(0.9 * 0.1 / SAMPLES)  # of so many samples, where 90% is true


def draw() -> np.random.Generator:
    return np.random.default_rng(20250423)


def holds(cell: Cell) -> None:
    assert cell.covered >= FEWEST and cell.width > 0, cell


@pytest.mark.parametrize("loss", [0.5, 0.9, 0.99, 0.999, 1.0])
@pytest.mark.parametrize("matches", [2, 5, 20, 500])
def test_a_net_s_interval_holds_the_truth(matches: int, loss: float) -> None:
    for rounds, together in ((1, False), (10, False), (10, True)):
        holds(net(draw(), SAMPLES if matches < 500 else 200, rounds, together, matches, loss))
    holds(expected_net(draw(), 200, matches, loss))


@pytest.mark.parametrize("n", [30, 100, 1500])
@pytest.mark.parametrize("k", [2, 11, 26])
def test_an_interval_of_phi_squared_holds_the_truth(k: int, n: int) -> None:
    for q in (0.0, 0.3, 0.9, 0.99, 0.995, 0.999, 0.9995, 1.0):
        holds(phi_squared(draw(), SAMPLES, k, n, q))


@pytest.mark.parametrize("kind", ["spread", "all 0.6", "10% of matches dip"])
def test_the_interval_of_a_difference_holds_the_truth(kind: str) -> None:
    for matches in (5, 30):
        for cell in after_win(draw(), 20, matches, 0.6, kind):
            assert cell.covered >= 0.85 and cell.null < 0.1, cell


@pytest.mark.parametrize("counts", [[50] * 11, [30, 0, 0], [1500, *[0] * 10], [2, 3], [0, 0, 40, 40], [1, 1]])
def test_an_interval_of_phi_squared_holds_its_estimate_and_stays_within_its_bounds(counts: list[int]) -> None:
    found = uniformity(counts)
    low, high = found.phi2_interval
    assert min(found.phi2, 0) <= low <= found.phi2 <= high <= found.k - 1 and low < high


def test_a_constant_player_s_phi_squared_is_as_certain_as_clopper_and_pearson_s_share() -> None:
    low, high = phi_squared_interval([1500, *[0] * 10])
    share = 0.025 ** (1 / 1500)
    assert high == 10 and low == pytest.approx(phi_squared_of([share, *[(1 - share) / 10] * 10]), abs=0.005)


@pytest.mark.parametrize(
    ("n", "ones", "low", "high"), [(10, 0, 0, 0.3085), (10, 3, 0.0667, 0.6525), (500, 5, 0.0033, 0.0232)]
)
def test_gaffke_s_limits_of_zeros_and_ones_are_clopper_and_pearson_s(
    n: int, ones: int, low: float, high: float
) -> None:
    found = gaffke_limits(np.array([0.0, 1.0]), np.array([n - ones, ones], dtype=float), (0.0, 1.0))
    assert found == (pytest.approx(low, rel=0.02, abs=1e-4), pytest.approx(high, rel=0.01))


def test_gaffke_s_limits_are_quantiles_under_dirichlet_weights() -> None:
    values = np.array([0.1, 0.15, 0.2, 0.7])
    weights = draw().dirichlet(np.ones(5), 200_000)
    low, high = gaffke_limits(values, np.ones(4), (0.0, 1.0))
    assert low == pytest.approx(np.quantile(weights @ [*values, 0.0], 0.025), rel=0.02)
    assert high == pytest.approx(np.quantile(weights @ [*values, 1.0], 0.975), rel=0.01)


def test_samples_side_by_side_have_each_their_own_interval() -> None:
    values = draw().random((20, 6)) ** 4
    together = mean_limits(values, (0.0, 1.0))
    for at, sample in enumerate(values):
        alone = mean_limits(sample, (0.0, 1.0))
        assert (together.low[at], together.high[at]) == (pytest.approx(alone.low), pytest.approx(alone.high))
