"""Two samples side by side, held against scipy and against simulated pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena.stats.clusters import Estimate
from arena.stats.comparing import Comparison, Sample, apart, combined, more_wanted, paired
from tests.support.clustered import interval

WIDE = -100.0, 100.0


def sample(rows: object, clusters: object = None, bounds: tuple[float, float] = WIDE) -> Sample:
    """Of an array, a row is a cluster; else each value's cluster is given."""
    values = np.asarray(rows, dtype=np.float64)
    labels = np.repeat(np.arange(len(values)), values.shape[1]) if clusters is None else np.asarray(clusters)
    return Sample(values.ravel(), labels, bounds)


def two(seed: int, matches: int = 60, rounds: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays, shape (matches, rounds), whose rows share a level."""
    draw = np.random.default_rng(seed)
    level = draw.normal(scale=5, size=(matches, 1))
    return level + draw.normal(size=(matches, rounds)), level + 0.5 + draw.normal(size=(matches, rounds))


@pytest.mark.parametrize("seed", range(5))
def test_with_equal_lengths_it_is_the_paired_t_test(seed: int) -> None:
    first, second = two(seed)
    found = paired(sample(first), sample(second))
    expected = stats.ttest_rel(second.mean(axis=1), first.mean(axis=1))
    assert found.difference.value == pytest.approx((second - first).mean())
    assert interval(found.difference) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert found.differs == (expected.pvalue < 0.05) and found.sizes == (60, 60)


def test_with_unequal_lengths_it_is_the_regression_with_clusters() -> None:
    # the coefficient of "second" with the matches as clusters, by matrices (Cameron & Miller 2015, section II)
    draw = np.random.default_rng(3)
    lengths = draw.integers(1, 9, size=(2, 80))
    level = draw.normal(size=80)
    sides = [
        (np.repeat(np.arange(80), count), np.repeat(level, count) + side + draw.normal(size=count.sum()))
        for side, count in enumerate(lengths)
    ]
    found = paired(*(sample(values, labels) for labels, values in sides))
    y = np.concatenate([values for _, values in sides])
    matches = np.concatenate([labels for labels, _ in sides])
    x = np.column_stack([np.ones(len(y)), np.repeat([0.0, 1.0], [len(sides[0][1]), len(sides[1][1])])])
    bread = np.linalg.inv(x.T @ x)
    slopes = bread @ x.T @ y
    scores = np.array([x[matches == g].T @ (y - x @ slopes)[matches == g] for g in range(80)])
    error = math.sqrt((bread @ (scores.T @ scores) @ bread)[1, 1] * 80 / 79)
    half = stats.t.ppf(0.975, 79) * error
    assert found.difference.value == pytest.approx(slopes[1])
    assert interval(found.difference) == pytest.approx((slopes[1] - half, slopes[1] + half))


def test_only_matches_that_both_have_are_paired() -> None:
    first, second = two(0)
    whole, part = sample(first), sample(second[:40])
    found = paired(whole, part)
    assert found == paired(sample(first[:40]), part) and found.sizes == (40, 40)
    assert paired(part, sample(first, np.repeat(np.arange(100, 160), 10))).difference == Estimate(None)


def test_the_same_draws_are_equal_in_every_match() -> None:
    first, _ = two(1)
    found = paired(sample(first), sample(first))
    assert found.same and found.difference.value == 0 and found.more is None and not found.differs
    # a part of each match still shares its draws, and is another mean
    assert not paired(sample(first), sample(first[:, :5])).same


def test_apart_is_as_wide_as_both_together() -> None:
    found = combined(Estimate(1.0, (0.0, 5.0)), Estimate(4.0, (1.0, 4.5)), (10, 10))
    assert found.difference.value == 3 and interval(found.difference) == (3 - math.hypot(4, 3), 3 + math.hypot(1, 0.5))
    assert combined(Estimate(1.0), Estimate(2.0, (1.0, 3.0)), (1, 9)).difference == Estimate(1.0)
    assert combined(Estimate(None), Estimate(2.0, (1.0, 3.0)), (0, 9)).difference == Estimate(None)


def test_apart_is_near_the_t_test_of_two_samples() -> None:
    draw = np.random.default_rng(5)
    first, second = (draw.normal(mean, size=(400, 1)) for mean in (0.0, 0.3))
    one, other = sample(first), sample(second)
    found = apart(one, other)
    expected = stats.ttest_ind(second, first, equal_var=False).confidence_interval(0.95)
    assert interval(found.difference) == pytest.approx((float(expected.low[0]), float(expected.high[0])), abs=2e-3)


VALUES = st.lists(st.floats(-100, 100), min_size=2, max_size=20)


def check_minus(one: Comparison, other: Comparison) -> None:
    assert one.difference.value == pytest.approx(-(other.difference.value or 0), abs=1e-9)
    low, high = interval(one.difference)
    assert interval(other.difference) == pytest.approx((-high, -low), abs=1e-6)
    assert (one.first, one.second, one.same) == (other.second, other.first, other.same)
    assert low <= (one.difference.value or 0) <= high


@given(VALUES, VALUES)
def test_the_other_way_round_it_is_the_negative(first: list[float], second: list[float]) -> None:
    size = min(len(first), len(second))
    one, two = (sample(np.array(values[:size])[:, None]) for values in (first, second))
    check_minus(paired(one, two), paired(two, one))
    check_minus(apart(one, two), apart(two, one))


# from 1 on: for smaller differences more may be needed than is counted
@given(st.floats(1, 50), st.lists(st.tuples(st.floats(0, 100), st.integers(2, 1000)), min_size=1, max_size=2))
def test_more_is_what_settles_it(difference: float, parts: list[tuple[float, int]]) -> None:
    more = more_wanted(difference, parts)
    assert more == more_wanted(-difference, parts)

    def reach(added: float) -> float:
        return math.sqrt(sum(reach**2 * n / (n + added) for reach, n in parts))

    assert more is not None
    if more == 0:
        assert reach(0) < difference * (1 + 1e-9)
        return
    assert reach(more) < difference * (1 + 1e-9) and difference < reach(0) * (1 + 1e-9)
    # rounding up to two digits adds less than a tenth, or less than one
    assert reach(more / 1.1 - 1) > difference * (1 - 1e-9)


def test_one_sample_needs_the_square() -> None:
    # 1.96 se sqrt(n0 / n) < d: half the difference takes four times as many
    assert more_wanted(1.0, [(2.0, 100)]) == 310 and more_wanted(-0.5, [(2.0, 100)]) == 1600
    assert more_wanted(3.0, [(2.0, 100)]) == 0 and more_wanted(0.0, [(2.0, 100)]) is None
    assert more_wanted(1e-12, [(2.0, 100)]) is None
    # limits that shrink with the number of clusters need twice as many for half the difference
    assert more_wanted(1.0, [(2.0, 100)], shrinking=2) == 110 and more_wanted(0.5, [(2.0, 100)], shrinking=2) == 310


def test_more_is_counted_in_standard_errors() -> None:
    first, second = two(2, matches=8)
    for second_ in (second, second - 0.45):
        found = paired(sample(first), sample(second_))
        means = (second_ - first).mean(axis=1)
        error = means.std(ddof=1) / math.sqrt(8)
        assert found.difference.value == pytest.approx(means.mean())
        wanted = 8 * (1.959963984540054 * error / means.mean()) ** 2 - 8
        if found.differs:
            assert found.more is None and wanted < 0
        else:
            low, high = interval(found.difference)
            reach = means.mean() - low if means.mean() > 0 else high - means.mean()
            least = max(wanted, 8 * reach / abs(means.mean()) - 8)
            assert least <= (found.more or 0) <= 1.1 * least + 1
    assert sample(first).error == pytest.approx(first.mean(axis=1).std(ddof=1) / math.sqrt(8))


def test_of_few_matches_more_are_wanted_even_where_they_agree() -> None:
    # three pairs that all differ by 20 and nearly alike: nothing tells yet whether others do
    draw = np.random.default_rng(0)
    first = draw.normal(size=(3, 10))
    found = paired(sample(first), sample(first + 20 + draw.normal(scale=0.1, size=(3, 10))))
    assert found.differs is False and found.more is not None and 0 < found.more < 1000


@pytest.mark.parametrize("is_paired", [True, False])
def test_intervals_cover(is_paired: bool) -> None:
    # matches that lean towards a loss, in steps of a round; 0.95 +- 3.5 standard errors of 400 simulations
    draw = np.random.default_rng(11)
    held = 0
    for _ in range(400):
        shared = draw.random((100, 10))
        own = shared if is_paired else draw.random((100, 10))
        one, two = (sample(np.where(u < p, 100.0, -100.0)) for u, p in ((shared, 0.3), (own, 0.35)))
        found = paired(one, two) if is_paired else apart(one, two)
        low, high = interval(found.difference)
        held += low <= 10 <= high
    assert 0.91 <= held / 400 <= 0.99


def test_pairing_makes_it_narrower() -> None:
    first, second = map(sample, two(2))
    together, separate = paired(first, second), apart(first, second)
    width = [high - low for low, high in (interval(found.difference) for found in (together, separate))]
    assert width[0] < width[1] / 5 and together.differs and not separate.differs and separate.more
