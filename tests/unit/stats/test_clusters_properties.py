"""Cluster-robust intervals: what holds of any observations, and how often they hold what is true."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from arena.stats.bounded import Bounds
from arena.stats.clusters import Estimate, difference, mean, stratified_difference
from tests.support.clustered import Floats, Labels, Mask, floats, half_width, interval, labels, some_matches

WIDE = -1e6, 1e6  # bounds far from everything

examples = settings(max_examples=40)
observations = st.lists(
    st.tuples(st.floats(-100, 100), st.integers(0, 4), st.integers(1, 3), st.sampled_from("wl-")),
    min_size=2,
    max_size=30,
)


def unpack(rows: list[tuple[float, int, int, str]]) -> tuple[Floats, Labels, Labels, Mask, Mask]:
    values, clusters, strata, sides = zip(*rows, strict=True)
    side = np.array(sides)
    return floats(*values), labels(*clusters), labels(*strata), side == "w", side == "l"


def estimates(rows: tuple[Floats, Labels, Labels, Mask, Mask], bounds: Bounds = (-100.0, 100.0)) -> list[Estimate]:
    values, clusters, strata, first, second = rows
    return [
        mean(values, clusters, bounds),
        difference(values, clusters, bounds, first, second),
        stratified_difference(values, clusters, bounds, strata, first, second),
    ]


def same(one: list[Estimate], two: list[Estimate], shift: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
    for left, right, by in zip(one, two, shift, strict=True):
        assert (left.value is None) == (right.value is None)
        assert (left.interval is None) == (right.interval is None)
        if left.value is not None:
            assert right.value == pytest.approx(left.value + by, abs=1e-6)
        if left.interval is not None:
            assert right.interval == pytest.approx([end + by for end in left.interval], abs=1e-4)


@examples
@given(observations, st.randoms(use_true_random=False))
def test_order_and_names_of_matches_do_not_matter(rows: list[tuple[float, int, int, str]], random: Any) -> None:
    other = list(rows)
    random.shuffle(other)
    names = random.sample(range(1000), 5)
    renamed = [(value, names[cluster], stratum, side) for value, cluster, stratum, side in other]
    same(estimates(unpack(rows)), estimates(unpack(renamed)))


@examples
@given(observations, st.floats(-50, 50))
def test_adding_a_constant_moves_the_mean_and_no_difference(rows: list[tuple[float, int, int, str]], by: float) -> None:
    values, *rest = unpack(rows)
    moved = estimates((values + by, *rest), (by - 100, by + 100))  # type: ignore[arg-type]
    same(estimates((values, *rest)), moved, (by, 0.0, 0.0))  # type: ignore[arg-type]


@examples
@given(observations)
def test_rounds_that_repeat_within_their_match_add_no_certainty(rows: list[tuple[float, int, int, str]]) -> None:
    same(estimates(unpack(rows)), estimates(unpack(rows + rows)))


@pytest.mark.parametrize("seed", range(3))
def test_matches_that_come_twice_narrow_the_interval_as_their_number_says(seed: int) -> None:
    values, clusters, *_ = some_matches(seed)
    groups = len(np.unique(clusters))
    once = mean(values, clusters, WIDE)
    twice = mean(np.tile(values, 2), np.concatenate([clusters, clusters + groups]), WIDE)
    # G/(G-1) * S over 2G/(2G-1) * 2S/4, and the quantiles of t
    ratio = math.sqrt((groups - 1) / (2 * groups - 1)) * t.ppf(0.975, 2 * groups - 1) / t.ppf(0.975, groups - 1)
    assert half_width(twice) == pytest.approx(half_width(once) * ratio, rel=1e-6)


@examples
@given(observations)
def test_an_interval_holds_its_estimate_has_a_width_and_stays_within_the_bounds(
    rows: list[tuple[float, int, int, str]],
) -> None:
    found = estimates(unpack(rows))
    values = unpack(rows)[0]
    assert found[0].value is not None and values.min() <= found[0].value <= values.max()
    for estimate, bound in zip(found, (100, 200, 200), strict=True):
        if estimate.interval is not None:
            assert estimate.value is not None
            low, high = estimate.interval
            assert -bound <= low <= estimate.value <= high <= bound and low < high


def test_intervals_cover_what_is_true_in_about_95_of_100_runs_and_naive_ones_do_not() -> None:
    draw = np.random.default_rng(20250423)
    runs, matches, rounds = 400, 25, 10
    clusters = np.repeat(np.arange(matches), rounds)
    strata = np.tile(np.arange(rounds), matches)
    covered = np.zeros(4)
    for _ in range(runs):
        level = np.repeat(draw.normal(size=matches), rounds)
        first = draw.random(matches * rounds) < 0.3 + 0.04 * strata
        second = ~first & (draw.random(matches * rounds) < 0.6)
        # true mean of `level + noise` 0, true difference within a round 0.5
        noise = level + draw.normal(size=len(level))
        values = noise + 0.5 * first + 0.2 * strata
        flat = noise + 0.5 * first
        found = (
            (0.0, mean(noise, clusters, WIDE)),
            (0.5, difference(flat, clusters, WIDE, first, second)),
            (0.5, stratified_difference(values, clusters, WIDE, strata, first, second)),
            (0.0, mean(noise, np.arange(len(noise)), WIDE)),  # each round a cluster of its own
        )
        for place, (truth, estimate) in enumerate(found):
            low, high = interval(estimate)
            covered[place] += low <= truth <= high
    assert (covered[:3] / runs >= 0.925).all() and (covered[:3] / runs <= 0.975).all(), covered / runs
    assert covered[3] / runs < 0.75
