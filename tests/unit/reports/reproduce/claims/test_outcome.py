"""What a test of a claim ends in, and how parts are joined."""

from __future__ import annotations

import pytest
from scipy import stats

from arena.reports.published import claims
from arena.reports.reproduce.claims.outcome import Finding, Outcome, above, every, inside, joined, minus, most_frequent
from arena.reports.reproduce.claims.testing import TESTS
from arena.stats.clusters import Estimate

HOLDS, FAILS, UNDECIDED = Outcome.HOLDS, Outcome.FAILS, Outcome.UNDECIDED


def test_every_claim_has_a_test_and_every_test_a_claim() -> None:
    keys = [claim.key for claim in claims()]
    assert sorted(keys) == sorted(TESTS) and len(set(keys)) == len(keys)
    assert all(claim.where and claim.text for claim in claims())


@pytest.mark.parametrize(
    ("low", "high", "is_above", "is_inside"),
    [(1, 2, HOLDS, FAILS), (-2, -1.5, FAILS, FAILS), (-0.5, 2, UNDECIDED, UNDECIDED), (-0.5, 0.5, UNDECIDED, HOLDS)],
)
def test_an_interval_decides(low: float, high: float, is_above: Outcome, is_inside: Outcome) -> None:
    estimate = Estimate((low + high) / 2, (low, high))
    assert above(estimate) is is_above
    assert inside(estimate, -0.6, 0.9) is is_inside
    assert above(Estimate(1.0)) is UNDECIDED is inside(Estimate(None), 0, 1)


def test_the_most_frequent_value_is_told_by_the_exact_sign_test() -> None:
    assert most_frequent([10, 30, 5], 1) is HOLDS and most_frequent([10, 30, 5], 0) is FAILS
    assert most_frequent([25, 30, 5], 1) is UNDECIDED is most_frequent([25, 30, 5], 0)
    assert stats.binomtest(6, 6).pvalue < 0.05 < stats.binomtest(5, 5).pvalue
    assert most_frequent([6, 0], 0) is HOLDS and most_frequent([5, 0], 0) is UNDECIDED
    assert most_frequent([0, 0], 0) is UNDECIDED


def test_one_part_that_fails_is_enough() -> None:
    assert every([HOLDS, HOLDS]) is HOLDS and every([HOLDS, UNDECIDED]) is UNDECIDED
    assert every([UNDECIDED, FAILS, HOLDS]) is FAILS and every([HOLDS, Outcome.NOT_RUN]) is Outcome.NOT_RUN
    assert every([]) is Outcome.UNTESTABLE
    both = joined({"a": Finding(HOLDS, "yes"), "b": Finding(FAILS, "no")})
    assert both == Finding(FAILS, "a: yes; b: no")


def test_a_difference_reaches_as_far_as_both_together() -> None:
    found = minus(Estimate(5.0, (4.0, 8.0)), Estimate(1.0, (-3.0, 1.5)))
    assert found.value == 4.0 and found.interval == pytest.approx((4 - (1 + 0.25) ** 0.5, 4 + 5.0))
