"""Cluster-robust intervals: by hand, against sandwich regressions written out here, by property, by simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import t

from arena.stats.bounded import Bounds
from arena.stats.clusters import Estimate, center, difference, mean, stratified_difference

WIDE = -1e6, 1e6  # bounds far from everything
UNIT = 1 / 3, 1.0  # a determinism's

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def labels(*values: int) -> Labels:
    return np.array(values, dtype=np.int64)


def mask(text: str) -> Mask:
    """ "x.x" is [True, False, True]."""
    return np.array([letter == "x" for letter in text])


def interval(estimate: Estimate) -> tuple[float, float]:
    assert estimate.interval is not None
    return estimate.interval


def half_width(estimate: Estimate) -> float:
    low, high = interval(estimate)
    return (high - low) / 2


def regression(values: Floats, design: Floats, clusters: Labels, degrees_from: int | None = None) -> Estimate:
    """The last coefficient of least squares, with the sandwich of Cameron & Miller (2015), equation 11, times
    G/(G-1); `degrees_from` is G where some clusters have no observation in the regression."""
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ values
    residuals = values - design @ beta
    scores = [design[clusters == g].T @ residuals[clusters == g] for g in np.unique(clusters)]
    groups = degrees_from or len(scores)
    variance = groups / (groups - 1) * (bread @ sum(np.outer(score, score) for score in scores) @ bread)[-1, -1]
    half = t.ppf(0.975, groups - 1) * math.sqrt(variance)
    return Estimate(float(beta[-1]), (float(beta[-1]) - half, float(beta[-1]) + half))


def agree(ours: Estimate, theirs: Estimate) -> None:
    assert ours.value == pytest.approx(theirs.value, abs=1e-9)
    assert ours.interval == pytest.approx(theirs.interval, abs=1e-9)


# --- means -----------------------------------------------------------------------------------------------------


def test_a_mean_of_five_clusters_by_hand() -> None:
    # R = 3; the clusters' sums less R times their counts are -4, -2, 0, 2, 4:
    # variance 5/4 * 40 / 10^2 = 0.5, and t with four degrees of freedom has 2.776445 at 97.5%
    found = mean(floats(1, 1, 2, 2, 3, 3, 4, 4, 5, 5), np.repeat(np.arange(5), 2), WIDE)
    assert found.value == 3.0
    half = 2.776445 * math.sqrt(0.5)
    assert interval(found) == pytest.approx((3 - half, 3 + half), abs=1e-5)


def test_clusters_of_unequal_size_weigh_by_their_rounds() -> None:
    # R = 12/8; residual sums -1.5, 6 - 1.5 * 3, 2 - 1.5 * 2, 1.5, -0.5; variance 5/4 * 8 / 8^2
    found = mean(floats(0, 2, 2, 2, 1, 1, 3, 1), labels(5, 9, 9, 9, 2, 2, 1, 7), WIDE)
    assert found.value == 1.5
    assert half_width(found) == pytest.approx(2.776445 * math.sqrt(5 / 4 * 8 / 64), abs=1e-5)


def test_nothing_has_no_mean() -> None:
    assert mean(floats(), labels(), WIDE) == Estimate(None)
    assert center(floats()) is None


def test_one_cluster_has_a_mean_and_no_interval() -> None:
    assert mean(floats(1, 2, 3), labels(4, 4, 4), WIDE) == Estimate(2.0)


@pytest.mark.parametrize("value", [0.6, 1 / 3, 500 / 7, -40.0])
def test_equal_values_have_themselves_as_mean_and_no_certainty(value: float) -> None:
    # 0.6 summed and divided misses 0.6 by a bit at 109 values, 1/3 at 25
    for count in (2, 25, 109, 218, 500):
        found = mean(np.full(count, value), np.arange(count) % 2, (-100.0, 100.0))
        assert found.value == value
        # two clusters: another could be anything with probability 1 - 0.025^(1/2)
        low, high = interval(found)
        assert low == pytest.approx(value - 0.842 * (value + 100), rel=0.01)
        assert high == pytest.approx(value + 0.842 * (100 - value), rel=0.01)


@pytest.mark.parametrize("matches", [2, 3, 5, 10, 20, 50, 500])
def test_matches_that_are_all_lost_leave_what_clopper_and_pearson_leave(matches: int) -> None:
    low, high = interval(mean(np.full(matches * 10, -100.0), np.repeat(np.arange(matches), 10), (-100.0, 100.0)))
    assert low == -100
    assert high == pytest.approx(-100 + 200 * (1 - 0.025 ** (1 / matches)), abs=1)


# --- differences -----------------------------------------------------------------------------------------------


def test_a_difference_by_hand() -> None:
    # what both sides share with their match cancels, and one side is 1, 2, 3, 4, 5 above the other: 3 on average,
    # with influences (-2, -1, 0, 1, 2) / 5 and variance 5/4 * 10 / 25
    side = np.tile([True, False], 5)
    values = floats(1, 0, 9, 7, 5, 2, 4, 0, 8, 3)
    found = difference(values, np.repeat(np.arange(5), 2), WIDE, side, ~side)
    assert found.value == pytest.approx(3)
    assert half_width(found) == pytest.approx(2.776445 * math.sqrt(5 / 4 * 10 / 25), abs=1e-5)


def test_an_outcome_that_never_came_leaves_no_difference() -> None:
    values, clusters = floats(1, 2, 3), labels(0, 1, 2)
    assert difference(values, clusters, WIDE, mask("..."), mask("xx.")) == Estimate(None)
    assert difference(values, clusters, WIDE, mask("xx."), mask("...")) == Estimate(None)
    assert stratified_difference(values, clusters, WIDE, labels(1, 1, 1), mask("..."), mask("xx.")) == Estimate(None)


def test_an_outcome_of_one_match_alone_gives_no_false_certainty() -> None:
    found = difference(floats(0.9, 0.4, 0.5, 0.6), labels(0, 1, 2, 2), UNIT, mask("x..."), mask(".xxx"))
    assert found.value == pytest.approx(0.4)
    assert found.interval is None


@pytest.mark.parametrize("matches", [2, 5, 50])
def test_a_side_that_never_varies_gives_no_certainty(matches: int) -> None:
    """Determinism 1 after wins and after losses: nothing is known of a difference but its limits."""
    clusters, side = np.repeat(np.arange(matches), 2), np.tile([True, False], matches)
    for estimate in (
        difference(np.ones(2 * matches), clusters, UNIT, side, ~side),
        # here every match's own difference is the same, though its level isn't
        difference(np.where(side, 0.7, 0.5) + 0.2 * np.sin(clusters), clusters, UNIT, side, ~side),
    ):
        low, high = interval(estimate)
        assert estimate.value is not None
        assert -2 / 3 <= low < estimate.value - 0.2 / matches and estimate.value + 0.2 / matches < high <= 2 / 3


def test_few_matches_that_know_an_outcome_do_not_borrow_degrees_from_the_others() -> None:
    """Ties in 6 matches of 60: as uncertain as with the others left out, but for what these know of losses."""
    draw = np.random.default_rng(4)
    clusters, rare = np.repeat(np.arange(60), 4), np.tile([True, False, False, False], 60) & (np.arange(240) < 24)
    values = np.where(rare, 0.6, 0.5) + draw.normal(0, 0.05, 240)
    alone = mean(values[rare], clusters[rare], UNIT)
    assert half_width(difference(values, clusters, UNIT, rare, ~rare)) >= half_width(alone)


def test_a_side_minus_itself_is_zero_and_nothing_is_estimated() -> None:
    values, side = floats(0.3, 0.7, 0.1), mask("xx.")
    assert difference(values, labels(0, 1, 2), UNIT, side, side) == Estimate(0.0)
    assert difference(values, labels(0, 1, 2), UNIT, mask("..."), mask("...")) == Estimate(None)


def test_within_strata_by_hand() -> None:
    # stratum 1: 5 - 1 = 4 with weight 1 * 1 / 2; stratum 2: 2 - 0 = 2 with 2 * 2 / 4 = 1; stratum 3 has one side only
    found = stratified_difference(
        floats(5, 1, 3, 1, 0, 0, 99),
        labels(0, 1, 0, 1, 0, 1, 0),
        WIDE,
        labels(1, 1, 2, 2, 2, 2, 3),
        mask("x.xx..x"),
        mask(".x..xx."),
    )
    assert found.value == pytest.approx((4 * 0.5 + 2 * 1) / 1.5)


def test_a_difference_that_the_round_number_makes_vanishes_within_it() -> None:
    # determinism is the round's number, and wins come late: no difference within a round
    values = floats(1, 1, 1, 2, 2, 2)
    clusters, strata = labels(0, 1, 2, 0, 1, 2), labels(1, 1, 1, 2, 2, 2)
    first, second = mask("x..xx."), mask(".xx..x")
    assert difference(values, clusters, WIDE, first, second).value == pytest.approx(1 / 3)
    assert stratified_difference(values, clusters, WIDE, strata, first, second).value == 0.0


def test_strata_without_both_sides_have_no_estimate() -> None:
    nothing = stratified_difference(floats(1, 2), labels(0, 1), WIDE, labels(1, 2), mask("x."), mask(".x"))
    assert nothing == Estimate(None)


# --- against regressions ---------------------------------------------------------------------------------------


def some_matches(seed: int, matches: int = 100) -> tuple[Floats, Labels, Labels, Mask, Mask]:
    """Values, clusters, strata and two sides, in matches of unequal length with a level of their own each."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(3, 11, matches)
    clusters = np.repeat(np.arange(matches), lengths)
    strata = np.concatenate([np.arange(length) for length in lengths])
    sides = draw.integers(0, 3, len(clusters))
    values = (
        draw.normal(size=matches)[clusters]
        + 0.3 * strata
        + (sides == 0) * (1 + strata)
        + draw.normal(size=len(clusters))
    )
    return values, clusters, strata, sides == 0, sides == 1


@pytest.mark.parametrize("seed", range(5))
def test_a_mean_is_the_intercept_of_a_regression(seed: int) -> None:
    values, clusters, *_ = some_matches(seed)
    agree(mean(values, clusters, WIDE), regression(values, np.ones((len(values), 1)), clusters))


@pytest.mark.parametrize("seed", range(5))
def test_a_difference_is_the_coefficient_of_a_dummy(seed: int) -> None:
    values, clusters, _, first, second = some_matches(seed)
    used = first | second
    design = np.column_stack([np.ones(used.sum()), first[used]]).astype(float)
    groups = min(len(np.unique(clusters[side])) for side in (first, second))
    agree(difference(values, clusters, WIDE, first, second), regression(values[used], design, clusters[used], groups))


@pytest.mark.parametrize("seed", range(5))
def test_within_strata_is_the_coefficient_beside_an_intercept_for_each(seed: int) -> None:
    values, clusters, strata, first, second = some_matches(seed)
    used = first | second
    dummies = strata[used][:, None] == np.unique(strata[used])
    design = np.column_stack([dummies, first[used]]).astype(float)
    groups = min(len(np.unique(clusters[side])) for side in (first, second))
    agree(
        stratified_difference(values, clusters, WIDE, strata, first, second),
        regression(values[used], design, clusters[used], groups),
    )


# --- properties ------------------------------------------------------------------------------------------------

examples = settings(deadline=None, max_examples=40)
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


# --- coverage --------------------------------------------------------------------------------------------------


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
