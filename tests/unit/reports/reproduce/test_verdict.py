"""The rule for a published number, and the count of verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena.reports.reproduce.measured import published_error, scaled_chi_square
from arena.reports.reproduce.verdict import Verdict, judge, tally
from arena.stats.clusters import Estimate
from arena.stats.comparing import Sample
from arena.stats.sampling_errors import design_effect, rate_error
from arena.stats.uniformity import chi_square

NUMBERS = st.floats(-100, 100)
WIDTHS = st.floats(0, 50)


@given(NUMBERS, NUMBERS, WIDTHS, WIDTHS, st.floats(0, 1))
def test_the_rule_is_the_design_s_for_symmetric_intervals(
    ours: float, theirs: float, ours_error: float, error: float, rounding: float
) -> None:
    half = 1.959964 * ours_error
    allowed = 1.959964 * np.sqrt(ours_error**2 + error**2) + rounding
    if abs(abs(ours - theirs) - allowed) < 1e-4:
        return
    found = judge(Estimate(ours, (ours - half, ours + half)), theirs, error, rounding)
    assert found is (Verdict.WITHIN if abs(ours - theirs) < allowed else Verdict.DIFFERS)


def test_the_side_that_faces_the_published_number_counts() -> None:
    lopsided = Estimate(10.0, (9.0, 20.0))
    assert judge(lopsided, 15.0, 0.0, 0.0) is Verdict.WITHIN
    assert judge(lopsided, 8.0, 0.0, 0.0) is Verdict.DIFFERS
    assert judge(lopsided, 8.0, 0.0, 1.0) is Verdict.WITHIN  # by rounding alone, to the last bit
    assert judge(Estimate(10.0), 10.0, 1.0, 0.0) is None


def test_the_count_stands_beside_what_chance_gives() -> None:
    verdicts = [(Verdict.WITHIN, True)] * 97 + [(Verdict.DIFFERS, True)] * 3 + [(Verdict.DIFFERS, False)]
    found = tally([*verdicts, (Verdict.NOT_COMPARABLE, True)])
    assert (found.within, found.differs, found.not_comparable, found.comparable) == (97, 4, 1, 101)
    assert found.expected == pytest.approx(5.0)  # what was only computed doesn't differ by chance
    assert found.usual == stats.binom.interval(0.95, 100, 0.05)
    assert tally([]).usual == (0, 0)


@pytest.mark.parametrize(
    "p",
    [
        np.full(11, 1 / 11),
        np.array([0.2, *[0.08] * 10]),
        np.array([0.73, *[0.027] * 10]),
        np.array([0.47, 0.33, *[0.2 / 9] * 9]),
        np.array([0.998, *[0.0002] * 10]),
    ],
    ids=["uniform", "uneven", "peaked", "two values", "nearly constant"],
)
def test_of_chi_squares_from_one_model_one_in_twenty_differs(p: np.ndarray) -> None:
    """Both are drawn from one distribution, of one only the chi-square is known."""
    draw = np.random.default_rng(5)
    n, samples, differ = 1500, 400, 0
    for counts in draw.multinomial(n, p, samples):
        published = round(chi_square(draw.multinomial(n, p)))
        ours = scaled_chi_square(counts, n)
        assert ours.value is not None
        error = published_error(published, ours.value, n, counts / n)
        differ += judge(ours, published, error, 0.5) is Verdict.DIFFERS
    assert 0.005 * samples <= differ <= 0.08 * samples


def test_another_distribution_differs() -> None:
    counts = np.random.default_rng(6).multinomial(1500, [0.2, *[0.08] * 10])
    error = published_error(500, chi_square(counts), 1500, counts / 1500)
    assert judge(scaled_chi_square(counts, 1500), 500, error, 0.5) is Verdict.DIFFERS
    half = scaled_chi_square(counts // 2, 1500)  # the same shares in half as many answers
    assert half.value is not None and half.value == pytest.approx(chi_square(counts), rel=0.1)
    assert scaled_chi_square([0] * 11, 1500).value is None


def test_of_rates_from_one_model_with_dependent_rounds_one_in_twenty_differs() -> None:
    """Some matches go well as wholes and others badly: of the published one only the rate is known."""
    draw = np.random.default_rng(7)
    matches, rounds, samples, differ = 500, 10, 300, 0
    clusters = np.repeat(np.arange(matches), rounds)
    for _ in range(samples):
        ours, theirs = (draw.random((matches, rounds)) < draw.beta(1, 2, (matches, 1)) for _ in range(2))
        published = round(100 * float(theirs.mean()), 1)
        sample = Sample(100.0 * ours.ravel(), clusters, (0.0, 100.0))
        error = rate_error(published, matches * rounds, design_effect(sample))
        differ += judge(sample.mean, published, error, 0.05) is Verdict.DIFFERS
        assert error > 1.5 * rate_error(published, matches * rounds)  # as if they were independent
    assert 0.005 * samples <= differ <= 0.08 * samples
