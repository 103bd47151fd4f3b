"""Standard errors of numbers known by value and n only: against scipy, simulation and exact enumeration."""

from __future__ import annotations

from itertools import product
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena.stats.comparing import Sample
from arena.stats.sampling_errors import (
    chi_square_error,
    design_effect,
    net_error,
    pooled_chi_square_error,
    rate_error,
    reshaped,
    squared_distance_error,
)
from arena.stats.sequences import repetition_probabilities
from arena.stats.uniformity import chi_square

K = 11
PEAKED = np.array([0.73, *[0.027] * 10])
UNEVEN = np.array([0.2, *[0.08] * 10])


def test_a_rate_s_is_a_binomial_share_s() -> None:
    assert rate_error(26.3, 5000) == pytest.approx(100 * stats.binom(5000, 0.263).std() / 5000)
    assert rate_error(0, 5000) == 0 == rate_error(100, 10)


def test_a_net_s_is_that_of_the_mean_of_wins_and_losses() -> None:
    rounds = np.repeat([100.0, 0.0, -100.0], [263, 258, 479])
    assert net_error(26.3, 47.9, 1000) == pytest.approx(rounds.std() / np.sqrt(1000))
    assert net_error(66.9, 33.1, 5000) == pytest.approx(2 * rate_error(66.9, 5000))  # no ties


def test_dependent_rounds_are_worth_fewer() -> None:
    """Matches that are won or lost as wholes are worth one round each; the true errors are simulated."""
    draw = np.random.default_rng(1)
    matches, rounds = 500, 10
    levels = draw.beta(2, 3, matches)
    won = 100.0 * (draw.random((matches, rounds)) < levels[:, None])
    clusters = np.repeat(np.arange(matches), rounds)
    found = design_effect(Sample(won.ravel(), clusters, (0.0, 100.0)))
    again = [(draw.random((matches, rounds)) < draw.beta(2, 3, matches)[:, None]).mean() for _ in range(2000)]
    assert rate_error(40.0, matches * rounds, found) == pytest.approx(100 * np.std(again), rel=0.12)
    whole = np.repeat(100.0 * (levels > 0.4), rounds)
    assert design_effect(Sample(whole, clusters, (0.0, 100.0))) == pytest.approx(rounds, rel=0.01)
    assert design_effect(Sample(np.full(20, 100.0), np.repeat([0, 1], 10), (0.0, 100.0))) == 1


@pytest.mark.parametrize("p", [(0.5, 0.3, 0.2), (1 / 3, 1 / 3, 1 / 3), (0.9, 0.1, 0.0)])
def test_a_chi_square_s_is_exact(p: tuple[float, ...]) -> None:
    n = 6
    outcomes = [counts for counts in product(range(n + 1), repeat=3) if sum(counts) == n]
    chances = np.array(
        [
            factorial(n) * prod(share**c / factorial(c) for share, c in zip(p, counts, strict=True))
            for counts in outcomes
        ]
    )
    values = np.array([chi_square(counts) for counts in outcomes])
    spread = np.sqrt(chances @ values**2 - (chances @ values) ** 2)
    assert chi_square_error(p, n) == pytest.approx(spread)


def test_near_uniform_it_is_a_noncentral_chi_square_s() -> None:
    n = 1_000_000
    p = np.full(K, 1 / K) + 1e-4 * np.linspace(-1, 1, K)
    away = n * K * ((p - 1 / K) ** 2).sum()
    assert chi_square_error(p, n) == pytest.approx(stats.ncx2(K - 1, away).std(), rel=0.01)
    assert chi_square_error(np.full(K, 1 / K), n) == pytest.approx(stats.chi2(K - 1).std(), rel=1e-5)
    assert chi_square_error(np.eye(K)[7], 1500) == 0  # always 15000


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12).filter(lambda p: sum(p) > 0.01), st.floats(-0.1, 12))
def test_a_reshaped_distribution_has_the_wanted_phi_squared(weights: list[float], wanted: float) -> None:
    p = np.array(weights) / sum(weights)
    k = len(p)
    found = reshaped(p, wanted)
    assert found.sum() == pytest.approx(1) and found.min() >= -1e-12
    assert k * ((found - 1 / k) ** 2).sum() == pytest.approx(min(max(wanted, 0), k - 1), abs=1e-6)
    if p.max() - 1 / k > 1e-3:
        assert found[np.argmax(p)] >= found.max() - 1e-9


@pytest.mark.parametrize("kind", ["independent", "without repetition", "of one level"])
def test_a_pooled_chi_square_s_by_simulation(kind: str) -> None:
    draw = np.random.default_rng(2)
    n, samples = 200, 600

    def counts() -> np.ndarray:
        if kind == "independent":
            return draw.multinomial(10, UNEVEN, n)
        if kind == "without repetition":
            missing = draw.choice(K, n, p=UNEVEN)
            rows = np.ones((n, K), dtype=int)
            rows[np.arange(n), missing] = 0
            return rows
        return draw.multinomial(10, [UNEVEN if level else PEAKED for level in draw.random(n) < 0.9])

    made = [counts() for _ in range(samples)]
    true = np.std([chi_square(rows.sum(axis=0)) for rows in made])
    found = np.mean([pooled_chi_square_error(rows) for rows in made[:100]])
    assert found == pytest.approx(true, rel=0.12)


def test_of_one_value_each_it_is_a_chi_square_s() -> None:
    rows = np.random.default_rng(3).multinomial(1, PEAKED, 1500)
    shares = rows.mean(axis=0)
    assert pooled_chi_square_error(rows) == pytest.approx(chi_square_error(shares, 1500), rel=0.01)


@pytest.mark.parametrize("away", [0.0, 0.3])
def test_the_repetitions_error_s_by_simulation(away: float) -> None:
    n = 1500
    true = np.array(repetition_probabilities(10, K))
    p = (1 - away) * true + away * np.eye(K)[0]
    made = np.random.default_rng(4).multinomial(n, p, 4000)
    spread = np.std(((made - n * true) ** 2).mean(axis=1))
    found = np.median([squared_distance_error(counts, true) for counts in made[:300]])
    assert found == pytest.approx(spread, rel=0.05)
