"""The greedy reader, in both seats."""

from __future__ import annotations

import asyncio

import pytest

from arena.agents.agent import PolicyView
from arena.agents.readers.greedy import GreedyReader
from arena.games import parse_game
from arena.records import Decision, Policy, Seat


def reply(game: str, seat: Seat, *probabilities: float) -> Decision:
    reader = GreedyReader(parse_game(game), seat)
    return asyncio.run(reader.decide(PolicyView(match=0, number=1, policy=Policy(probabilities))))


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize(("likeliest", "wins"), [(0, 1), (1, 2), (2, 0)])
def test_rps_beats_the_likeliest_move_from_either_seat(seat: Seat, likeliest: int, wins: int) -> None:
    decision = reply("rps", seat, *(0.5 if move == likeliest else 0.25 for move in range(3)))
    assert decision.move == wins
    assert decision.policy is not None
    assert decision.policy.probabilities == tuple(float(move == wins) for move in range(3))


def test_the_seeker_looks_where_the_hider_likely_is_and_the_hider_does_not() -> None:
    policy = (0.1, 0.2, 0.4, 0.3)
    assert reply("hide-and-seek:4", Seat.OPPONENT, *policy).move == 2
    assert reply("hide-and-seek:4", Seat.SUBJECT, *policy).move == 0


def test_ties_go_to_the_first() -> None:
    assert reply("rps", Seat.OPPONENT, 1 / 3, 1 / 3, 1 / 3).move == 0
    assert reply("hide-and-seek:4", Seat.OPPONENT, 0.0, 0.5, 0.5, 0.0).move == 1
    assert reply("hide-and-seek:4", Seat.SUBJECT, 0.5, 0.0, 0.5, 0.0).move == 1


def test_pennies_differ_by_seat() -> None:
    assert reply("matching-pennies", Seat.OPPONENT, 0.6, 0.4).move == 0
    assert reply("matching-pennies", Seat.SUBJECT, 0.6, 0.4).move == 1
