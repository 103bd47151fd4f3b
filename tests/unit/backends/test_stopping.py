"""When an answer ends: one rule, token by token."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.backends.base import StopRule, Vocabulary
from arena.backends.stopping import answer, cut, ending, found

PIECES = (b" rock", b" paper", b" sc", b"issors", b"\n", b" word", b",", b"ing", b"\xe2\x82", b"\xac", b"<end>")
END = PIECES.index(b"<end>")
VOCABULARY = Vocabulary(PIECES, {"<end>": END}, None, frozenset({END}))
RULE = StopRule(r"(?<!\w)(?:rock|paper|scissors)(?!\w)", r"\w[^\n]*\n|,", max_tokens=5)


def tokens(*pieces: bytes) -> tuple[int, ...]:
    return tuple(PIECES.index(piece) for piece in pieces)


@pytest.mark.parametrize(
    ("pieces", "ended"),
    [
        ((), None),
        ((b" rock",), "move"),
        ((b" sc",), None),
        ((b" sc", b"issors"), "move"),
        ((b" sc", b"ing"), None),
        ((b"\n", b"\n", b" rock"), "move"),
        ((b" word", b"\n"), "mark"),
        ((b",",), "mark"),
        ((b",", b" rock"), "mark"),
        ((b"<end>",), "eos"),
        ((b" word", b"<end>"), "eos"),
        ((b" word",) * 4, None),
        ((b" word",) * 5, "length"),
        ((b" word",) * 4 + (b" rock",), "move"),  # the last token may still decide
    ],
)
def test_why_an_answer_ends(pieces: tuple[bytes, ...], ended: str | None) -> None:
    assert ending(RULE, VOCABULARY, tokens(*pieces)) == ended


def test_a_closing_mark_before_the_move_hides_it() -> None:
    assert found(RULE, " word, rock") is None
    behind = found(RULE, " rock, paper")
    assert behind is not None and behind.group() == "rock"


@pytest.mark.parametrize(
    ("pieces", "text", "length", "ended"),
    [
        ((b" rock", b",", b" paper"), " rock", 1, "move"),
        ((b" sc", b"issors", b" rock"), " scissors", 2, "move"),
        ((b" word", b",", b" rock"), " word,", 2, "mark"),
        ((b" word", b"<end>", b" rock"), " word", 2, "eos"),
        ((b" word",) * 9, " word" * 5, 5, "length"),
        ((b" word",), " word", 1, "length"),  # a server stopped early
    ],
)
def test_a_longer_text_is_cut_where_the_answer_ends(
    pieces: tuple[bytes, ...], text: str, length: int, ended: str
) -> None:
    sample = cut(RULE, VOCABULARY, tokens(*pieces))
    assert (sample.text, sample.tokens, sample.ended) == (text, tokens(*pieces)[:length], ended)


@settings(deadline=None)
@given(st.lists(st.integers(0, len(PIECES) - 1), min_size=1, max_size=10))
def test_cutting_is_what_sampling_token_by_token_gives(sampled: list[int]) -> None:
    sample = cut(RULE, VOCABULARY, sampled)
    length = len(sample.tokens)
    assert sample.tokens == tuple(sampled[:length])
    assert all(ending(RULE, VOCABULARY, sampled[:shorter]) is None for shorter in range(length))
    assert ending(RULE, VOCABULARY, sampled[:length]) in (sample.ended, None)
    if sample.ended != "length":
        assert ending(RULE, VOCABULARY, sampled[:length]) == sample.ended
        assert (sample.ended == "move") == (found(RULE, sample.text) is not None)


def test_an_end_token_is_no_text_and_half_a_character_shows_as_such() -> None:
    sample = answer(VOCABULARY, tokens(b" word", b"<end>"), "eos")
    assert sample.text == " word" and len(sample.tokens) == 2
    assert answer(VOCABULARY, tokens(b"\xe2\x82", b"\xac"), "length").text == "€"
    assert answer(VOCABULARY, tokens(b"\xe2\x82"), "length").text == "\N{REPLACEMENT CHARACTER}"
