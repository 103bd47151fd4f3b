"""Ratios of sums: their values, and how often their intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from arena.stats.ratios import paired_difference, ratio


def test_the_interval_of_a_mean_is_student_s() -> None:
    from scipy.stats import t

    values = np.array([1.0, 2.0, 4.0, 4.0])
    found = ratio(values, np.ones(4))
    low, high = t.interval(0.95, 3, values.mean(), values.std(ddof=1) / 2)
    assert found.value == values.mean() and found.interval == pytest.approx((max(0.0, low), high))


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    draws = np.random.default_rng(5)
    held = both = 0
    for _ in range(600):
        size = draws.integers(50, 500, 30).astype(float)
        one = size * draws.gamma(40, 1 / 40, 30)
        two = one * draws.gamma(400, 1.1 / 400, 30)
        low, high = ratio(one, size).interval or (0, 0)
        held += low <= 1 <= high
        low, high = paired_difference(two, size, one, size).interval or (0, 0)
        both += low <= 0.1 <= high
    assert 0.90 < held / 600 < 0.98 and 0.90 < both / 600 < 0.98


def test_what_is_undefined() -> None:
    none, one = np.array([]), np.array([2.0])
    assert ratio(none, none).value is None and ratio(one, one).interval is None
    assert ratio(np.array([1.0, 2.0]), np.array([1.0, 2.0])).interval is None
    assert paired_difference(one, one, none, none).value is None
