"""Repetitions beside brute force and simulation, and the tests of dependence on players that are known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from arena.stats.sequences import (
    by_position,
    equal_pairs,
    frequencies_differ,
    neighbours,
    neighbours_dependent,
    repeat_rate,
    repeated_values,
    repetition_probabilities,
    repetition_report,
    repetitions,
)


def uniform(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 11, size=(n, 10))


@pytest.mark.parametrize(("length", "k"), [(1, 4), (3, 2), (4, 3), (5, 4), (4, 11)])
def test_the_distribution_of_repetitions_is_that_of_all_sequences(length: int, k: int) -> None:
    everything = np.array(list(product(range(k), repeat=length)))
    counted = np.bincount(repetitions(everything), minlength=length + 1) / len(everything)
    assert repetition_probabilities(length, k) == pytest.approx(counted)


def test_ten_integers_beside_a_million_draws() -> None:
    sampled = np.bincount(repetitions(uniform(1_000_000)), minlength=11) / 1e6
    expected = np.array(repetition_probabilities(10, 11))
    assert np.abs(sampled - expected).max() < 4 * 0.5 / 1000
    assert expected.argmax() == 3  # figure 3: three repetitions are the most common in a true sample
    assert expected[10] == 0 and expected.sum() == pytest.approx(1)


def test_the_floor_is_what_a_true_sample_has() -> None:
    assert repetition_report(uniform(1500), 11).floor == pytest.approx(98.9, abs=0.05)
    found = [repetition_report(uniform(1500, seed), 11).mse for seed in range(300)]
    assert np.mean(found) == pytest.approx(98.9, abs=4 * np.std(found) / np.sqrt(300))


def test_other_readings_of_repetition() -> None:
    sequences = np.array([[7] * 10, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], list(range(10))])
    assert repetitions(sequences).tolist() == [9, 5, 0]
    assert repeated_values(sequences, 11).tolist() == [1, 5, 0]
    assert equal_pairs(sequences, 11).tolist() == [45, 5, 0]


def test_never_repeating_is_far_from_a_true_sample() -> None:
    rng = np.random.default_rng(0)
    sequences = np.array([rng.permutation(11)[:10] for _ in range(1500)])
    report = repetition_report(sequences, 11)
    assert report.counts == (1500, *[0] * 10) and report.mse > 100 * report.floor
    dependent = neighbours_dependent(sequences, 11)
    assert dependent is not None and dependent.p < 1e-6 and repeat_rate(sequences) == 0
    same = frequencies_differ(sequences, 11)
    assert same is not None and same.p > 1e-4  # every value is as frequent as any other


def by_place(n: int, seed: int) -> np.ndarray:
    """Independent draws, from a distribution of its own at each place."""
    draw = np.random.default_rng(seed)
    shares = np.random.default_rng(0).dirichlet(np.ones(11), 10)
    return np.stack([draw.choice(11, n, p=share) for share in shares], axis=1)


@pytest.mark.long
@pytest.mark.parametrize("sample", [uniform, by_place])
@pytest.mark.parametrize("n", [5, 20, 100])
def test_independent_draws_pass_for_dependent_in_about_1_of_20_runs_at_most(
    sample: Callable[[int, int], np.ndarray], n: int
) -> None:
    tests = [neighbours_dependent(sample(n, seed), 11) for seed in range(100)]
    assert sum(test is not None and test.p < 0.05 for test in tests) <= 12


@pytest.mark.long
def test_a_person_s_one_row_of_draws_is_tested_as_pairs() -> None:
    draw = np.random.default_rng(0)
    level = [neighbours_dependent(draw.integers(0, 11, (1, 300)), 11) for _ in range(60)]
    assert sum(test is not None and test.p < 0.05 for test in level) <= 9
    climbing = neighbours_dependent(np.arange(300).reshape(1, -1) % 11, 11)
    assert climbing is not None and climbing.p < 1e-6


def test_the_neighbours_statistic_of_one_table_is_mantel_and_haenszel_s() -> None:
    # pairs 0 0 four times, 0 1 once, 1 0 once, 1 1 four times: (4 - 2.5)^2 / (5 * 5 * 5 * 5 / (10^2 * 9)) = 3.24
    pairs = np.array([[0, 0]] * 4 + [[0, 1], [1, 0]] + [[1, 1]] * 4)
    found = neighbours_dependent(pairs, 2)
    assert found is not None
    assert (found.statistic, found.degrees) == (pytest.approx(3.24), 1)


@pytest.mark.long
def test_the_tests_keep_their_level_on_true_samples() -> None:
    tests = [
        (frequencies_differ(found, 11), neighbours_dependent(found, 11))
        for found in map(lambda s: uniform(400, s), range(100))
    ]
    for which in zip(*tests, strict=True):
        refused = sum(test.p < 0.05 for test in which)
        assert refused <= 13  # 5 on average


def test_a_preference_and_a_dependence_are_seen() -> None:
    sequences = uniform(400)
    sequences[:, 0] = 7
    preferred = frequencies_differ(sequences, 11)
    assert preferred is not None and preferred.p < 1e-6
    assert by_position(sequences, 11)[0].tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    chained = np.cumsum(np.ones((400, 10), dtype=np.int64), axis=1) + np.arange(400)[:, None]
    dependent = neighbours_dependent(chained % 11, 11)
    assert dependent is not None and dependent.p < 1e-6
    assert neighbours(np.array([[1, 2, 1]]), 3).tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_too_little_to_test() -> None:
    assert frequencies_differ(uniform(5), 11) is None
    assert neighbours_dependent(np.full((3, 10), 7), 11) is None
    assert frequencies_differ(np.full((100, 10), 7), 11) is None
