"""What two cells have in common, held against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from arena.reports.numbers.comparing import TASKS
from arena.reports.tournament.comparing import GAMES
from arena.stats.clusters import Estimate
from tests.support.clustered import interval
from tests.support.drawn import EXACT, cell, drawn, exact
from tests.support.played import cell_report, columns, played

games, tasks = GAMES.compare, TASKS.compare


def test_games_with_the_same_draws_are_paired_by_match() -> None:
    first, second = played("rps", 1, sharpness=0.5), played("rps", 2, sharpness=2.0)
    found = games(first, second, True)
    assert list(found) == ["net", "expected_net", "determinism", "mass", "invalid_rate"]
    per_match = [
        {
            "net": 100.0 * one.rounds.outcome.reshape(40, 10),
            "determinism": one.rounds.policy.max(axis=1).reshape(40, 10),
        }
        for one in (first, second)
    ]
    for name in ("net", "determinism"):
        one, two = (values[name].mean(axis=1) for values in per_match)
        expected = stats.ttest_rel(two, one).confidence_interval(0.95)
        assert found[name].difference.value == pytest.approx(two.mean() - one.mean())
        assert interval(found[name].difference) == pytest.approx((expected.low, expected.high))
    assert found["mass"].same and found["invalid_rate"].same


def test_other_draws_are_apart() -> None:
    first, second = played("rps", 1, sharpness=0.5), played("rps", 2, sharpness=2.0, matches=30)
    found = games(first, second, False)
    assert not any(one.paired for one in found.values()) and found["net"].sizes == (40, 30)
    assert (found["net"].first, found["net"].second) == (first.net, second.net)
    assert (found["expected_net"].first, found["expected_net"].second) == (first.expected_net, second.expected_net)


def test_the_invalid_rate_is_of_answers_drawn() -> None:
    match, number = np.repeat(range(6), 2).tolist(), [1, 2] * 6
    of = {"move": [0] * 12, "reply": [1] * 12, "outcome": [-1] * 12, "policy": [[1.0, 0.0, 0.0]] * 12}
    few = cell_report(columns(match, number, **of, drawn=[1, 2] * 6, invalid=[0, 1] * 6))
    many = cell_report(columns(match, number, **of, drawn=[4, 2] * 6, invalid=[3, 1] * 6))
    found = games(few, many, True)["invalid_rate"]
    assert (found.first.value, found.second.value) == pytest.approx((100 / 3, 400 / 6))
    assert found.first.value == pytest.approx(few.to_json()["invalid_rate"])
    assert found.sizes == (6, 6)


def test_a_cell_without_rounds_has_nothing_to_compare() -> None:
    empty = cell_report(columns([], [], [], [], [], np.empty((0, 3))))
    assert games(empty, played("rps", 1, sharpness=1), True) == {}


def test_tasks_are_compared_by_phi_squared() -> None:
    first, second = cell(values=drawn(300)), cell(values=[(7,)] * 200 + drawn(100, 1))
    found = tasks(first, second, True)
    assert list(found) == ["chi2", "phi2"]
    one, two = first.to_json(), second.to_json()
    assert found["phi2"].difference.value == pytest.approx(two["phi2"] - one["phi2"])
    low, high = interval(found["phi2"].difference)
    down = one["phi2_ci"][1] - one["phi2"], two["phi2"] - two["phi2_ci"][0]
    assert low == pytest.approx(two["phi2"] - one["phi2"] - np.hypot(*down))
    # chi-square is phi-squared on another scale
    assert interval(found["chi2"].difference) == pytest.approx((299 * low, 299 * high))
    assert found["chi2"].difference.value == pytest.approx(two["chi2"] - one["chi2"]) and found["phi2"].differs


def test_chi_square_of_another_n_is_not_compared() -> None:
    found = tasks(cell(values=drawn(300)), cell(values=drawn(200, 1)), True)
    assert found["chi2"].difference == Estimate(None) and found["phi2"].difference.interval


def test_what_depends_on_itself_has_no_interval() -> None:
    first, second = (cell(task="sequences", values=drawn(100, seed, 10)) for seed in (1, 2))
    (found,) = tasks(first, second, True).values()
    assert found.difference.value is not None and found.difference.interval is None


def test_exact_mode_is_exact() -> None:
    found = tasks(cell(findings=EXACT), cell(findings=exact(*[1 / 11] * 11)), True)
    assert list(found) == ["exact.expected_chi2", "exact.phi2"]
    assert found["exact.phi2"].second.value == pytest.approx(0, abs=1e-12)
    assert found["exact.phi2"].difference.interval is None and found["exact.phi2"].difference.value < 0  # type: ignore[operator]


def test_every_measure_has_a_name() -> None:
    assert set(games(played("rps", 1, sharpness=1), played("rps", 1, sharpness=1), True)) == set(GAMES.measures)
    both = cell(values=drawn(30), findings=EXACT)
    assert set(tasks(both, both, True)) == set(TASKS.measures)
