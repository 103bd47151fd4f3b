"""How many tokens an answer is given at once."""

from __future__ import annotations

from arena.backends.base import StopRule
from arena.backends.remote.lengths import Lengths

RULE = StopRule("x", "y", max_tokens=100)


def seen(*lengths: int) -> Lengths:
    found = Lengths()
    for length in lengths:
        found.add(RULE, length)
    return found


def test_before_anything_is_known_all_that_an_answer_may_have() -> None:
    assert seen(*[3] * 7).needed(RULE, 1) == 99
    assert seen(*[3] * 100).needed(StopRule("other", "y", max_tokens=8), 1) == 7


def test_then_what_three_in_four_of_those_that_got_this_far_needed() -> None:
    lengths = seen(*[1] * 80, *[2] * 15, *[9] * 5, *[70] * 20)
    assert lengths.needed(RULE, 0) == 2
    assert lengths.needed(RULE, 1) == 99, "69 more, as a power of two, but no more than it may have"
    assert seen(*[2] * 75, *[90] * 25).needed(RULE, 1) == 1


def test_an_answer_that_got_further_than_nearly_all_is_given_a_few_more() -> None:
    lengths = seen(*[2] * 100, *[20] * 3)
    assert lengths.needed(RULE, 5) == 4 and lengths.needed(RULE, 98) == 2
