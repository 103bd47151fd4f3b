"""When an answer ends: one rule, token by token."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from arena.agents.moves import stop_rule
from arena.backends import stopping
from arena.backends.base import StopRule, Vocabulary
from arena.backends.stopping import Growing, answer, cut, ending, found
from tests.support.counted import CountedPieces

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


# --- growing by a token at a time ---

BYTES = st.binary(min_size=1, max_size=3) | st.sampled_from(
    [
        "\u20ac".encode()[:2],
        "\u20ac".encode()[2:],
        "\U0001f642".encode()[:3],
        b"\x82",
        b"\xff",
        b"\n",
        b" ",
        b"rock",
        b"ro",
        b"ck",
    ]
)
RULES = st.builds(
    stop_rule,
    st.just(("rock", "paper", "scissors")) | st.just(("z\u20ac", "ro")),
    st.lists(st.sampled_from([",", " chose", "\n\n", "\u20ac", "\ufffd", "o c"]), max_size=2),
    st.integers(1, 40),
) | st.sampled_from(
    [
        StopRule(r"(?!)", r"(?m:^)[^\w\n]*\w[^\n]*\n|(?<!\w)\d++(?:\W++\d++){2}\D", 40),  # no bound
        StopRule(r"^ *rock$", r"\A\W*ck|o\Z", 40),
        StopRule(r"(?!)", r"k{3}", 40, reach=3),
    ]
)


@settings(max_examples=500)
@given(
    pieces=st.lists(BYTES, min_size=1, max_size=6),
    rule=RULES,
    drawn=st.lists(st.integers(0, 6), min_size=1, max_size=40),
)
@example([b"a", b"rock"], stop_rule(("rock",), (), 9), [0, 0, 1])  # a word goes on where the next token begins
@example([b"x", b" " * 30, b"\n"], stop_rule(("rock",), (), 9), [0, 1, 1, 2])  # the line's word is far behind
@example([b"\xe2\x82", b"\xac"], stop_rule(("rock",), ("\u20ac",), 9), [0, 1])
@example([b"\xe2\x82", b"\xac"], stop_rule(("rock",), ("\ufffd",), 9), [0, 1])
def test_an_answer_that_grows_ends_as_the_whole_of_it_would(
    pieces: list[bytes], rule: StopRule, drawn: list[int]
) -> None:
    vocabulary = Vocabulary((*pieces, b"<end>"), {}, None, frozenset({len(pieces)}))
    tokens = [token % (len(pieces) + 1) for token in drawn]
    growing = Growing(rule, vocabulary)
    for length in range(1, len(tokens) + 1):
        ended = ending(rule, vocabulary, tokens[:length])
        assert growing.add(tokens[length - 1]) == ended
        if ended is not None:
            assert cut(rule, vocabulary, tokens) == answer(vocabulary, tokens[:length], ended)
            return
    assert cut(rule, vocabulary, tokens) == answer(vocabulary, tokens, "length")


class Searched:
    """A pattern that counts the characters it is given to search."""

    count = 0

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def search(self, text: str, start: int) -> re.Match[str] | None:
        Searched.count += len(text) - start
        return self._pattern.search(text, start)


@pytest.mark.parametrize("token", [lambda number: 0, lambda number: number % 12 == 11], ids=["one line", "lines"])
def test_the_work_for_an_answer_is_proportional_to_its_length(
    token: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = stop_rule(("rock", "paper", "scissors"), ("Bob chose",), 10_000)
    rule = StopRule(rule.found, r"\n{9}|Bob chose", 10_000, rule.reach)  # as for a text of many lines
    patterns = Searched(rule.found), Searched(rule.closed)
    monkeypatch.setattr(stopping, "_compiled", lambda rule: patterns)
    work = []
    for length in (500, 1000, 2000):
        CountedPieces.reads = Searched.count = 0
        vocabulary = Vocabulary(CountedPieces((b" words", b"\n")), {}, None, frozenset())
        assert len(cut(rule, vocabulary, [int(token(number)) for number in range(length)]).tokens) == length
        assert CountedPieces.reads == 2 * length  # as it grows, and once for its text
        work.append(Searched.count)
    assert work[0] < 500 * 3 * 3 * 20  # three searches of a token's text and what the rule reaches
    assert 1.9 < work[1] / work[0] < 2.1 and 1.9 < work[2] / work[1] < 2.1
