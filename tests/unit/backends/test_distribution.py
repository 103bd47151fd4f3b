"""From logits to numbers and draws, beside plain implementations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import log_softmax
from scipy.stats import entropy

from arena.backends.base import Sampling
from arena.backends.distribution import Logits

TEMPERATURES = st.sampled_from([0.3, 1.0, 1.7])
TOP_PS = st.sampled_from([0.05, 0.5, 0.9, 0.999, 1.0])


@st.composite
def rows(draw: st.DrawFn) -> NDArray[np.float32]:
    """Logits of vocabularies below, at and above the size of a block, some of them equal, some minus infinity."""
    size = draw(st.sampled_from([1, 2, 7, 511, 512, 513, 1500]))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    row = generator.normal(0, draw(st.sampled_from([0.0, 1.0, 10.0])), size).round(draw(st.integers(0, 3)))
    row[generator.random(size) < draw(st.sampled_from([0.0, 0.3]))] = -np.inf
    row[generator.integers(size)] = 1.0  # at least one token has some weight
    return row.astype(np.float32)


def plain(row: NDArray[np.float32], sampling: Sampling) -> NDArray[np.float64]:
    """The probabilities, one token after another."""
    weights = [np.exp((float(logit) - float(row.max())) / sampling.temperature) for logit in row]
    total = sum(weights)
    kept = [0.0] * len(row)
    reached = 0.0
    for token in sorted(range(len(row)), key=lambda token: (-weights[token], token)):
        if reached >= sampling.top_p and sampling.top_p < 1.0:
            break
        kept[token] = weights[token]
        reached += weights[token] / total
    return np.array(kept) / sum(kept)


@given(rows(), TEMPERATURES)
def test_probabilities_are_the_softmax_after_temperature(row: NDArray[np.float32], temperature: float) -> None:
    distribution = Logits(row).under(Sampling(temperature))
    expected = log_softmax(row.astype(np.float64) / temperature)
    assert distribution.logprobs(range(len(row))) == pytest.approx(expected.tolist(), abs=1e-9)


@given(rows(), TEMPERATURES)
def test_entropy_in_bits(row: NDArray[np.float32], temperature: float) -> None:
    probabilities = np.exp(log_softmax(row.astype(np.float64) / temperature))
    found = Logits(row).under(Sampling(temperature)).entropy()
    assert found == pytest.approx(float(entropy(probabilities, base=2)), abs=1e-9)


def test_entropy_of_a_known_distribution() -> None:
    row = np.log(np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32))
    assert Logits(row).under(Sampling()).entropy() == pytest.approx(1.75, abs=1e-6)


@given(rows(), TEMPERATURES, TOP_PS)
def test_top_p_keeps_the_smallest_set_that_reaches_it(
    row: NDArray[np.float32], temperature: float, top_p: float
) -> None:
    sampling = Sampling(temperature, top_p)
    found = np.exp(Logits(row).under(sampling).logprobs(range(len(row))))
    expected = plain(row, sampling)
    # a set that reaches top_p to the last digit may be one token larger or smaller
    differing = (found > 0) != (expected > 0)
    assert differing.sum() <= 1
    if not differing.any():
        assert found == pytest.approx(expected, abs=1e-12)


def test_top_p_comes_after_temperature() -> None:
    row = np.log(np.array([0.6, 0.3, 0.1], dtype=np.float32))
    assert Logits(row).under(Sampling(1.0, 0.8)).logprobs([2]) == (-np.inf,)
    flat = Logits(row).under(Sampling(10.0, 0.8)).logprobs([2])
    assert np.isfinite(flat).all()


def test_top_p_takes_equal_tokens_by_id() -> None:
    distribution = Logits(np.zeros(4, dtype=np.float32)).under(Sampling(1.0, 0.5))
    assert np.exp(distribution.logprobs(range(4))) == pytest.approx([0.5, 0.5, 0, 0])


@given(rows(), TEMPERATURES, TOP_PS, st.floats(0.0, 1.0, exclude_max=True))
def test_min_p_keeps_what_is_likely_enough_beside_the_likeliest(
    row: NDArray[np.float32], temperature: float, top_p: float, min_p: float
) -> None:
    sampling = Sampling(temperature, top_p, min_p)
    found = np.exp(Logits(row).under(sampling).logprobs(range(len(row))))
    hot = plain(row, Sampling(temperature, top_p))
    expected = np.where(hot >= min_p * hot.max(), hot, 0.0)
    expected /= expected.sum()
    differing = (found > 0) != (expected > 0)
    assert differing.sum() <= 1  # where a token is at the bound to the last digit
    if not differing.any():
        assert found == pytest.approx(expected, abs=1e-12)


@given(rows(), TEMPERATURES, TOP_PS, st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
def test_a_draw_is_the_inverse_cdf_over_ascending_ids(
    row: NDArray[np.float32], temperature: float, top_p: float, draws: list[float]
) -> None:
    distribution = Logits(row).under(Sampling(temperature, top_p))
    probabilities = np.exp(distribution.logprobs(range(len(row))))
    cumulative = np.cumsum(probabilities)
    for uniform in [*draws, 0.0, 1 - 2**-53]:
        token = distribution.draw(uniform)
        assert probabilities[token] > 0
        expected = int(np.searchsorted(cumulative, uniform * cumulative[-1], side="right"))
        if token != expected:  # only where a draw falls on a boundary to the last digits
            boundary = cumulative[min(token, expected)]
            assert uniform == pytest.approx(boundary, abs=1e-12)


def test_draws_are_as_often_as_likely() -> None:
    row = np.log(np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32))
    distribution = Logits(row).under(Sampling())
    drawn = [distribution.draw(float(uniform)) for uniform in (np.arange(10_000) + 0.5) / 10_000]
    assert np.bincount(drawn) / 10_000 == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=2e-4)


@given(rows(), st.integers(0, 25))
def test_the_likeliest_tokens_come_first_and_equal_ones_by_id(row: NDArray[np.float32], count: int) -> None:
    distribution = Logits(row).under(Sampling())
    top = distribution.top(count)
    finite = int(np.isfinite(row).sum())
    assert len(top) == min(count, finite)
    probabilities = log_softmax(row.astype(np.float64))
    assert [likely.logprob for likely in top] == pytest.approx(sorted(probabilities, reverse=True)[: len(top)])
    assert [likely.logprob for likely in top] == pytest.approx([probabilities[likely.token] for likely in top])
    keys = [(-row[likely.token], likely.token) for likely in top]
    assert keys == sorted(keys)


def test_the_logits_are_left_as_they_are() -> None:
    """The memory is the library's, and is read again for other samplings."""
    row = np.array([1.0, 2.0, 3.0], dtype=np.float32)
    Logits(row).under(Sampling(0.5, 0.5)).draw(0.5)
    assert row.tolist() == [1.0, 2.0, 3.0]


def test_large_logits_do_not_overflow() -> None:
    distribution = Logits(np.array([1e4, 1e4, -1e4], dtype=np.float32)).under(Sampling(0.1))
    assert np.exp(distribution.logprobs([0, 1, 2])) == pytest.approx([0.5, 0.5, 0.0])
    assert distribution.entropy() == pytest.approx(1.0)


@given(rows(), TEMPERATURES, TOP_PS)
def test_numbers_that_nobody_draws_from_are_those_of_the_distribution(
    row: NDArray[np.float32], temperature: float, top_p: float
) -> None:
    sampling, tokens = Sampling(temperature, top_p), range(len(row))
    found, kept = Logits(row).numbers(sampling, tokens), Logits(row).under(sampling).numbers(tokens)
    assert found.logprobs == pytest.approx(kept.logprobs, abs=1e-9)
    assert found.entropy == pytest.approx(kept.entropy, abs=1e-9)
    assert found.normaliser == pytest.approx(kept.normaliser, abs=1e-9)
