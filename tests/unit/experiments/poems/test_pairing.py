"""The pairs of a contest: every promise of the plan, for any number of poems."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from arena.experiments.poems.pairing import connected, draw_pairs, draw_sides, shuffled

POEMS = st.integers(3, 24)
APPEARANCES = st.integers(2, 12)
SEEDS = st.text(max_size=5)


@given(POEMS, APPEARANCES, SEEDS)
@settings(max_examples=40)
def test_pairs_are_distinct_connected_and_every_poem_appears_equally_often(
    poems: int, appearances: int, seed: str
) -> None:
    pairs = draw_pairs(poems, appearances, seed)
    assert len(set(pairs)) == len(pairs) and all(0 <= one < other < poems for one, other in pairs)
    wanted = min(appearances, poems - 1)
    degrees = Counter(poem for pair in pairs for poem in pair)
    assert sorted(degrees.values()) == sorted([wanted - poems * wanted % 2, *[wanted] * (poems - 1)])
    assert connected(poems, pairs)
    assert draw_pairs(poems, appearances, seed) == pairs


@given(POEMS, APPEARANCES, SEEDS)
@settings(max_examples=40)
def test_every_poem_is_on_both_sides_equally_often(poems: int, appearances: int, seed: str) -> None:
    pairs = draw_pairs(poems, appearances, seed)
    sides = draw_sides(pairs, seed)
    assert [tuple(sorted(sided)) for sided in sides] == pairs
    lefts, rights = Counter(left for left, _ in sides), Counter(right for _, right in sides)
    for poem in range(poems):
        assert abs(lefts[poem] - rights[poem]) == (lefts[poem] + rights[poem]) % 2


def test_the_paper_s_contest() -> None:
    pairs = draw_pairs(15, 8, "0")
    assert len(pairs) == 60
    assert set(Counter(left for left, _ in draw_sides(pairs, "0")).values()) == {4}


def test_every_pair_of_poems_is_drawn_about_equally_often() -> None:
    """60 of the 105 pairs: each is drawn with probability 4/7. Over 280 seeds that is 160, give or take 8.3."""
    drawn = Counter(pair for seed in range(280) for pair in draw_pairs(15, 8, f"{seed}"))
    assert len(drawn) == 105
    assert all(abs(count - 160) < 5 * 8.3 for count in drawn.values())


@given(st.integers(0, 50), SEEDS)
def test_shuffling_keeps_every_number(count: int, seed: str) -> None:
    assert sorted(shuffled(count, seed)) == list(range(count))
