"""What all readers of moves have in common: they are functions of the rounds that they are shown."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.agents.agent import HasPolicy, Past, Position, Sees, View
from arena.games import parse_game
from arena.records import Policy, Seat
from tests.unit.agents.readers.matches import bot

READERS = ("frequency", "markov:0", "markov:2", "wsls", "iocaine")
GAMES = ("rps", "hide-and-seek:4", "matching-pennies")


@st.composite
def histories(draw: st.DrawFn, seat: Seat, game: str) -> tuple[Past, ...]:
    """Past rounds as a seat saw them, some of them forfeited."""
    rules = parse_game(game)
    moves = st.one_of(st.none(), st.integers(0, len(rules.moves) - 1))
    replies = st.one_of(st.none(), st.integers(0, len(rules.replies) - 1))
    rounds = draw(st.lists(st.tuples(moves, replies), max_size=12))
    found = (Past(move, reply, rules.outcome(move, reply)) for move, reply in rounds)
    return tuple(past if seat is Seat.SUBJECT else past.turned for past in found)


def policy(reader: HasPolicy, history: tuple[Past, ...], match: int = 0) -> Policy:
    return asyncio.run(reader.policy(Position(match, len(history) + 1, history)))


@pytest.mark.parametrize("spec", READERS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_reader_says_the_same_however_the_rounds_reach_it(spec: str, data: st.DataObject) -> None:
    seat, game = data.draw(st.sampled_from(Seat)), data.draw(st.sampled_from(GAMES))
    history = data.draw(histories(seat, game))
    others = data.draw(histories(seat, game))
    step_by_step, at_once, astray = (bot(spec, game, seat) for _ in range(3))
    assert isinstance(step_by_step, HasPolicy) and isinstance(at_once, HasPolicy) and isinstance(astray, HasPolicy)
    for number in range(len(history)):
        policy(step_by_step, history[:number])
        policy(step_by_step, others[:number], match=1)
    policy(astray, others)  # of the same match: it doesn't go on from there
    found = policy(at_once, history)
    assert found == policy(step_by_step, history) == policy(astray, history)
    assert sum(found.probabilities) == pytest.approx(1.0)
    assert len(found.probabilities) == len(parse_game(game).moves_of(seat))


@pytest.mark.parametrize("spec", READERS)
def test_the_first_move_is_any_and_the_draw_decides(spec: str) -> None:
    reader = bot(spec)
    assert reader.sees is Sees.MOVES
    moves = [asyncio.run(reader.decide(View(0, 1, (), draw))).move for draw in (0.1, 0.5, 0.9)]
    assert moves == [0, 1, 2]


@pytest.mark.parametrize("spec", READERS)
def test_a_forgotten_match_is_learnt_anew(spec: str) -> None:
    reader = bot(spec)
    assert isinstance(reader, HasPolicy)
    history = tuple(Past(1, 0, parse_game("rps").outcome(1, 0)) for _ in range(4))
    first = policy(reader, history)
    for match in range(1, 1200):
        policy(reader, history[:1], match)
    assert policy(reader, history) == first
