"""What readers say that they expect: it agrees with what they play, and their reasons can be counted in the rounds."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.agents.agent import HasPolicy, Past, Position
from arena.agents.readers.levels import EXPLAINING, LEVELS, level_of
from arena.agents.readers.reading import Explains, Outguessed, Reading, Repeated, Stayed, Whose
from arena.games import parse_game
from arena.records import Outcome, Seat
from arena.stats.foresight import Followed
from tests.unit.agents.readers.matches import bot, seen

READERS = ("frequency", "markov:0", "markov:2", "wsls", "iocaine")
GAMES = ("rps", "hide-and-seek:4", "matching-pennies")


def reading(spec: str, history: tuple[Past, ...], game: str = "rps", seat: Seat = Seat.OPPONENT) -> Reading | None:
    reader = bot(spec, game, seat)
    assert isinstance(reader, Explains)
    return reader.reading(Position(0, len(history) + 1, history))


def past(mine: int, theirs: int) -> Past:
    """A round of rock-paper-scissors as the opponent saw it."""
    return Past(mine, theirs, parse_game("rps").outcome(theirs, mine).turned)


@pytest.mark.parametrize("spec", READERS)
@settings(max_examples=30)
@given(data=st.data())
def test_what_it_plays_wins_against_what_it_expects_and_else_it_says_nothing(spec: str, data: st.DataObject) -> None:
    seat, name = data.draw(st.sampled_from(Seat)), data.draw(st.sampled_from(GAMES))
    game = parse_game(name)
    pairs = data.draw(st.lists(st.tuples(st.integers(0, len(game.moves) - 1), st.integers(0, len(game.replies) - 1))))
    rounds = tuple(Past(move, reply, game.outcome(move, reply)) for move, reply in pairs)
    history = rounds if seat is Seat.SUBJECT else tuple(one.turned for one in rounds)
    reader = bot(spec, name, seat)
    assert isinstance(reader, HasPolicy) and isinstance(reader, Explains)
    position = Position(0, len(history) + 1, history)
    policy, expected = asyncio.run(reader.policy(position)), reader.reading(position)
    if expected is None:
        assert policy.determinism == pytest.approx(1 / len(game.moves_of(seat)))
        return
    move = policy.probabilities.index(1.0)
    pair = (move, expected.expected) if seat is Seat.SUBJECT else (expected.expected, move)
    assert game.outcome(*pair) is (Outcome.WIN if seat is Seat.SUBJECT else Outcome.LOSS)
    assert expected.reason is not None


@pytest.mark.parametrize(
    ("spec", "theirs", "said"),
    [
        ("frequency", [0, 1, 1], Reading(1, Followed((), 2, 3))),
        ("markov:1", [1, 0, 1, 0, 1], Reading(0, Followed((1,), 2, 2))),
        ("markov:2", [1, 1, 0, 1, 1, 0, 1, 1, 2, 1, 1], Reading(0, Followed((1, 1), 2, 3))),
        ("markov:2", [2], Reading(2, Followed((), 1, 1))),
        ("wsls", [1], Reading(1, Stayed(1, True))),  # the reader played rock, so paper won
        ("wsls", [2], Reading(1, Stayed(2, False))),  # and scissors lost to it
    ],
)
def test_reasons_are_the_counts_that_a_person_would_find(spec: str, theirs: list[int], said: Reading) -> None:
    assert reading(spec, seen(theirs)) == said


def test_the_reason_of_the_many_predictors_is_the_best_one_s() -> None:
    always = reading("iocaine", seen([1] * 20))
    assert always is not None and always.expected == 1 and isinstance(always.reason, Followed)
    # a cycle that no count foresees, nor second-guessing: only a repeated stretch does
    cycle = reading("iocaine", tuple(past(0, move) for move in [0, 0, 1, 0, 2, 2, 1] * 6))
    assert cycle is not None and cycle.expected == 0
    assert isinstance(cycle.reason, Repeated) and cycle.reason.whose in (Whose.THEIRS, Whose.BOTH)
    # who always beats the reader's last move is foreseen through the reader's own moves
    history: list[Past] = [past(0, 0)]
    for mine in [0, 1, 1, 2, 0, 2, 2, 1, 0, 0, 1, 2, 1, 1, 0, 2, 0, 1, 2, 2]:
        assert history[-1].mine is not None
        history.append(past(mine, (history[-1].mine + 1) % 3))
    followed = reading("iocaine", tuple(history))
    assert followed is not None and followed.expected == 0
    assert isinstance(followed.reason, Repeated | Outguessed)


def test_the_levels_are_agents_of_moves_from_fair_to_merciless() -> None:
    assert [level.name for level in LEVELS] == ["fair", "sharp", "merciless"]
    for level in LEVELS:
        assert isinstance(bot(level.spec), Explains)
        assert level_of(level.spec) == level
    assert level_of("greedy") is None
    assert {spec.partition(":")[0] for spec in READERS} == EXPLAINING
