"""Percentiles against scipy, at the edges, and how often their intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from arena.stats.percentile import percentile

few = st.lists(st.integers(0, 6), min_size=2, max_size=30)


@given(group=few, among=few)
def test_it_is_mann_and_whitneys_statistic_and_lies_in_its_interval(group: list[int], among: list[int]) -> None:
    found = percentile(np.array(group, dtype=float), np.array(among, dtype=float))
    share = mannwhitneyu(group, among).statistic / (len(group) * len(among))
    assert found.value == pytest.approx(100 * share)
    assert found.value is not None and found.interval is not None
    low, high = found.interval
    assert 0 <= low <= found.value <= high <= 100
    assert high - low > 1


@given(group=few, among=few)
def test_two_groups_exchanged_have_the_mirrored_interval(group: list[int], among: list[int]) -> None:
    one, other = np.array(group, dtype=float), np.array(among, dtype=float)
    there, back = percentile(one, other), percentile(other, one)
    assert there.interval is not None and back.interval is not None
    assert there.interval == pytest.approx((100 - back.interval[1], 100 - back.interval[0]))


def test_nothing_is_said_of_nobody_and_no_interval_of_one() -> None:
    some, none = np.array([1.0, 2.0]), np.array([])
    assert percentile(none, some).value is None
    assert percentile(some, none).value is None
    assert percentile(some[:1], some).value == 25
    assert percentile(some[:1], some).interval is None


@pytest.mark.parametrize(("share", "of_group"), [(0.4, 500), (0.6, 60), (0.9, 500), (0.9, 25), (0.99, 500)])
def test_intervals_hold_the_truth_as_often_as_they_say(share: float, of_group: int) -> None:
    """Shares of nine moves foreseen: of a player who is always alike, and of 409 people who differ."""
    chance = np.random.default_rng(1)

    def people(size: int) -> np.ndarray:
        return chance.binomial(9, chance.beta(4, 6, size)) / 9

    truth = percentile(chance.binomial(9, share, 300_000) / 9, people(300_000)).value
    assert truth is not None
    held = 0
    for _ in range(200):
        found = percentile(chance.binomial(9, share, of_group) / 9, people(409)).interval
        held += found is not None and found[0] <= truth <= found[1]
    assert held / 200 >= 0.95 - 3 * (0.95 * 0.05 / 200) ** 0.5
