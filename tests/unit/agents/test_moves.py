"""Which tokens count for a move, and which move an answer holds."""

from __future__ import annotations

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.agents.moves import MoveTokens, move_tokens, parse, stop_rule, surface_forms
from arena.backends.base import Vocabulary
from arena.backends.stopping import ending, found
from arena.errors import ModelError
from tests.support.table_model import VOCABULARY, tokenize

MOVES = ("rock", "paper", "scissors")
RULE = stop_rule(MOVES, [",", "."], max_tokens=8)


def test_surface_forms() -> None:
    assert surface_forms("rock") == ("rock", "Rock", "ROCK")
    assert surface_forms("a") == ("a", "A")  # each once


@pytest.mark.parametrize(
    ("text", "move"),
    [
        (" rock", "rock"),
        ("Rock", "Rock"),
        (' "PAPER"', "PAPER"),
        ("**scissors**", "scissors"),
        (" I say paper or rock", "paper"),
        (" rock, Bob chose paper", "rock"),
        ("\n\n rock", "rock"),  # line breaks before the first word close nothing
        ("rock-hard", "rock"),
        (" I\u2019d say rock\n", "rock"),
        (" rOcK", None),
        (" rocket", None),
        (" bedrock", None),
        (" rock2", None),
        (" rock_", None),
        (" rocks or paper", "paper"),
        (", Bob chose rock", None),
        (" nothing. Bob chose rock", None),
        (" nothing\n rock", None),
        ("", None),
    ],
)
def test_the_move_in_an_answer(text: str, move: str | None) -> None:
    match = found(RULE, text)
    assert (match and match.group()) == move
    if match:
        assert MOVES[parse(MOVES, match.group())] == match.group().lower()


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        (" rock", "move"),
        (" sc", None),
        (" Ann", None),
        ("\n", None),
        ("\n\n", None),
        (" Ann\n", "mark"),
        (",", "mark"),
        (" Ann.", "mark"),
        ("abcdefgh", "length"),
        ("abcdefg", None),
    ],
)
def test_why_an_answer_ends(text: str, ended: str | None) -> None:
    assert ending(RULE, VOCABULARY, tokenize(text)) == ended


def test_a_move_with_special_characters_is_text_and_no_pattern() -> None:
    rule = stop_rule(("a.b", "c"), ["(", "*"], 8)
    assert found(rule, "axb") is None
    assert found(rule, " a.b") is not None
    assert found(rule, "( c") is None


def vocabulary(*pieces: str) -> Vocabulary:
    return Vocabulary(tuple(piece.encode() for piece in pieces), {}, None, frozenset())


def tokens_of(moves: tuple[str, ...], *pieces: str) -> tuple[list[list[str]], list[str]]:
    """The counted tokens of each move and the loose ones, as texts; the longest piece first is canonical."""
    known = vocabulary(*pieces)

    async def canonical(text: str) -> tuple[int, ...]:
        tokens = []
        while text:
            piece = max((piece for piece in pieces if text.startswith(piece)), key=len)
            tokens.append(pieces.index(piece))
            text = text[len(piece) :]
        return tuple(tokens)

    found_tokens = asyncio.run(move_tokens(moves, known, canonical))
    return [[pieces[token] for token in tokens] for tokens in found_tokens.counted], [
        pieces[token] for token in found_tokens.loose
    ]


LETTERS = tuple(" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# what the capital and spaced forms begin with if there is no longer piece
FORMS = (" rock", "rock", " Rock", "Rock", " ROCK", "ROCK", " paper", "paper", " Paper", "Paper", " PAPER", "PAPER")


def test_whole_words_count_with_what_wraps_them() -> None:
    wrapped = ('"rock"', " *rock", "rock,", "\nRock", "rocks", "rocky", "bedrock", "ro")
    (rock, paper), loose = tokens_of(("rock", "paper"), *LETTERS, *FORMS, *wrapped)
    assert set(rock) == {"rock", " rock", "Rock", " Rock", "ROCK", " ROCK", '"rock"', " *rock", "rock,", "\nRock"}
    assert set(paper) == {form for form in FORMS if "paper" in form.lower()}
    assert {"ro", "rocks", "rocky", *rock, *paper} <= set(loose)
    assert "bedrock" not in loose


def test_the_beginning_of_a_canonical_tokenisation_counts() -> None:
    (rock, paper), _ = tokens_of(("rock", "paper"), *LETTERS, *FORMS[1:], " ro")
    assert " ro" in rock  # " rock" is written " ro" + "c" + "k"
    assert " ro" not in paper


def test_a_token_that_begins_two_moves_counts_for_neither() -> None:
    counted, loose = tokens_of(("paper", "pawn"), *LETTERS, " pa", "paper", "pawn")
    assert all(" pa" not in tokens for tokens in counted)
    assert "paper" in counted[0] and "pawn" in counted[1]
    assert " pa" in loose
    # single letters and the bare space begin forms of both
    assert all(token not in tokens for tokens in counted for token in (" ", "P"))


def test_a_beginning_that_is_a_word_of_its_own_does_not_count() -> None:
    forms = ("bathroom", "Bathroom", " Bathroom", "BATHROOM", " BATHROOM", "closet", "Closet", "CLOSET")
    (bathroom, closet), loose = tokens_of(("bathroom", "closet"), *LETTERS, *forms, " bath", " close")
    assert " bath" not in bathroom and " close" not in closet
    assert " bath" in loose


LOGPROBS = st.lists(st.floats(-60, -3), min_size=6, max_size=6)


@given(LOGPROBS)
def test_a_policy_is_the_sums_renormalised(logprobs: list[float]) -> None:
    tokens = MoveTokens(((0, 1), (2,), (3, 4)), (0, 1, 5))
    assert tokens.wanted == (0, 1, 2, 3, 4, 5)
    policy = tokens.policy(dict(enumerate(logprobs)))
    p = [math.exp(value) for value in logprobs]
    assert policy.mass == pytest.approx(sum(p[:5]))
    assert policy.loose_mass == pytest.approx(p[0] + p[1] + p[5])
    assert policy.probabilities == pytest.approx([part / sum(p[:5]) for part in (p[0] + p[1], p[2], p[3] + p[4])])
    assert policy.mass > 0.0


def test_without_mass_the_policy_is_uniform_and_flagged() -> None:
    policy = MoveTokens(((0,), (1,)), (2,)).policy({0: -math.inf, 1: -math.inf, 2: math.log(0.5)})
    assert policy.probabilities == (0.5, 0.5)
    assert policy.mass == 0.0
    assert policy.loose_mass == pytest.approx(0.5)


def test_masses_never_exceed_one() -> None:
    over = {0: 1e-12, 1: -40.0}  # a log-probability with its rounding error
    policy = MoveTokens(((0,), (1,)), (0,)).policy(over)
    assert policy.mass == policy.loose_mass == 1.0


@pytest.mark.parametrize("over", [0.01, math.nan])
def test_probabilities_that_are_none_are_refused(over: float) -> None:
    for tokens in (MoveTokens(((0,), (1,)), ()), MoveTokens(((1,), (2,)), (0,))):
        with pytest.raises(ModelError, match="probabilities sum to"):
            tokens.policy({0: over, 1: -40.0, 2: -40.0})
