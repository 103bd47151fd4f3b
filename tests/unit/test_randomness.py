"""The named draws."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arena.randomness import first_uniforms, many_uniforms, stream, uniforms, within

PARTS = st.lists(st.text("ab|\\", max_size=4), min_size=1, max_size=4)


@given(st.text(max_size=8), st.integers(0, 20), st.integers(0, 20))
def test_a_longer_block_begins_with_the_shorter_one(name: str, count: int, more: int) -> None:
    short, long = uniforms(name, count), uniforms(name, count + more)
    assert long.shape == (count + more,)
    assert (long[:count] == short).all()
    assert ((long >= 0.0) & (long < 1.0)).all()


def test_the_draws_are_philox_with_the_hash_of_the_name_as_key() -> None:
    key = int.from_bytes(blake2b(b"0|cell|3|subject", digest_size=16).digest(), "little")
    expected = np.random.Generator(np.random.Philox(key=key)).random(5)
    assert (uniforms(stream(0, "cell", 3, "subject"), 5) == expected).all()


def test_the_draws_of_a_name_never_change() -> None:
    """The very numbers: a change would silently change every seeded run."""
    assert uniforms("arena", 3).tolist() == [0.8724166982009457, 0.9258990981431772, 0.9365674753959031]


@given(st.lists(st.text(max_size=8), max_size=60))
def test_the_first_draws_of_many_streams_are_numpys(names: list[str]) -> None:
    assert first_uniforms(names) == [float(uniforms(name, 1)[0]) for name in names]


@given(st.lists(st.text(max_size=8), max_size=60), st.integers(0, 11))
def test_blocks_of_many_streams_are_numpys(names: list[str], count: int) -> None:
    found = many_uniforms(names, count)
    assert found.shape == (len(names), count)
    assert found.tolist() == [uniforms(name, count).tolist() for name in names]


def test_different_names_draw_independently() -> None:
    names = [stream(seed, "cell", match, seat) for seed in range(5) for match in range(20) for seat in ("a", "b")]
    draws = np.array([uniforms(name, 50) for name in names])
    assert len(np.unique(draws)) == draws.size
    # 200 streams of 50: neighbours are uncorrelated within five standard errors, and so is the mean
    centred = draws - 0.5
    correlation = (centred[:-1] * centred[1:]).mean() * 12
    assert abs(correlation) < 5 / np.sqrt(centred[1:].size)
    assert abs(centred.mean()) < 5 / np.sqrt(12 * centred.size)


@given(PARTS, PARTS)
def test_different_parts_never_have_the_same_name(first: list[str], second: list[str]) -> None:
    assert (stream(*first) == stream(*second)) == (first == second)


def test_a_separator_in_a_part_is_escaped() -> None:
    assert stream("a|b", "c") == "a\\|b|c"
    assert stream("a", "b|c") == "a|b\\|c"
    assert stream("a\\", "b") == "a\\\\|b"
    assert stream(1, "x") == "1|x"


@given(PARTS, st.integers(0, 10**9))
def test_a_number_within_a_stream_is_one_more_part_of_its_name(parts: list[str], number: int) -> None:
    assert within(stream(*parts), number) == stream(*parts, number)
