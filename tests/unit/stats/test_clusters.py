"""Cluster-robust intervals: by hand, and against sandwich regressions written out here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from arena.stats.clusters import Estimate, center, difference, mean, stratified_difference
from tests.support.clustered import Floats, Labels, floats, half_width, interval, labels, mask, some_matches

WIDE = -1e6, 1e6  # bounds far from everything
UNIT = 1 / 3, 1.0  # a determinism's


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
