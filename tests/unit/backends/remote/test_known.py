"""Draws from what is known of a distribution: every token gets exactly its probability, and the rest is left over."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.backends.remote.answers import Numbers
from arena.backends.remote.known import Known, Memory

STEPS = 256


def known(weights: dict[int, float], vocabulary: int) -> Known:
    return Known(Numbers((), (), {token: math.log(weight) for token, weight in weights.items()}), vocabulary)


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[int, int], int]:
    """Shares of 256 for some tokens in any order, of which the last is what the others have together."""
    parts = sorted(draw(st.sets(st.integers(1, STEPS - 1), min_size=1, max_size=12)))
    shares = [high - low for low, high in zip([0, *parts], [*parts, STEPS], strict=True)]
    tokens = draw(st.lists(st.integers(0, 1000), min_size=len(parts), max_size=len(parts), unique=True))
    return dict(zip(tokens, shares, strict=False)), shares[-1]


@given(tables())
def test_each_known_token_is_drawn_by_its_share_of_the_uniform_numbers(table: tuple[dict[int, int], int]) -> None:
    shares, rest = table
    found = known({token: share / STEPS for token, share in shares.items()}, 2000)
    # the middle of each step, so that the last digit of a sum doesn't matter
    drawn = Counter(found.draw((step + 0.5) / STEPS) for step in range(STEPS))
    assert drawn == {None: rest, **shares}
    assert found.tokens == tuple(sorted(shares))


@given(tables(), st.floats(0, 1, exclude_max=True))
def test_known_tokens_come_first_and_by_id(table: tuple[dict[int, int], int], uniform: float) -> None:
    found = known({token: share / STEPS for token, share in table[0].items()}, 2000)
    order = [found.draw(uniform * step / 20) for step in range(21)]
    places = [math.inf if token is None else token for token in order]
    assert places == sorted(places)


@pytest.mark.parametrize("weights", [{0: 0.3, 1: 0.7}, {0: 0.3, 1: 0.7 - 1e-6}, {0: 0.3, 1: 0.7 + 1e-6}])
def test_of_a_whole_distribution_nothing_is_left_over(weights: dict[int, float]) -> None:
    found = known(weights, 2)
    assert [found.draw(uniform) for uniform in (0.0, 0.2999, 0.3001, math.nextafter(1, 0))] == [0, 0, 1, 1]


def test_nor_of_one_that_rounding_made_larger_than_1() -> None:
    found = known({7: 0.5, 3: 0.5 + 1e-6, 9: 1e-300}, 2000)
    assert {found.draw(uniform) for uniform in (0.6, 1 - 1e-9, math.nextafter(1, 0))} == {7}


def test_what_was_not_needed_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arena.backends.remote.known._MOST_REMEMBERED", 2)
    memory, one = Memory(), known({1: 0.5}, 10)
    memory.keep("a", one)
    memory.keep("b", one)
    assert memory.get("a") is one
    memory.keep("c", one)
    assert "a" in memory and "c" in memory and memory.get("b") is None
