"""A dial: the share of a round is settled when the round is decided, for the move, for a reader and for the record."""

from __future__ import annotations

import asyncio

import pytest

from arena.agents.agent import Position, View
from arena.agents.dial import Dial
from arena.agents.mixture import Mixture
from arena.randomness import stream
from tests.support.table_agent import agent
from tests.support.table_model import TableModel
from tests.support.two_models import PAPER, ROCK


def dial(share: float) -> Dial:
    return Dial("llm:one", agent(TableModel(ROCK)), agent(TableModel(PAPER)), share)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_round_is_that_of_the_mixture_with_its_share(share: float) -> None:
    turned = dial(share)
    fixed = Mixture("llm:one", turned.members, [1 - share, share])
    for number in range(30):
        view = View(0, 1, (), seed=stream("seed", number))
        assert asyncio.run(turned.decide(view)) == asyncio.run(fixed.decide(view))
    assert turned.played == share


def test_what_is_turned_while_a_round_is_decided_tells_in_the_next_one() -> None:
    turned, settled = dial(0.5), []
    turned.on_round = lambda: settled.append(turned.played)
    asyncio.run(turned.decide(View(0, 1, (), seed="a")))
    turned.turn(3)
    policy = asyncio.run(turned.policy(Position(0, 2)))  # what a reader that looks ahead asks for in this round
    assert policy.probabilities[0] == pytest.approx(0.45)
    decision = asyncio.run(turned.decide(View(0, 2, (), seed="b")))
    assert decision.policy is not None and decision.policy.probabilities[0] == pytest.approx(0.2 * 0.8 + 0.8 * 0.1)
    assert settled == [0.5, 0.8]


def test_it_turns_in_tenths_and_stops_at_both_ends() -> None:
    turned = dial(0.0)
    assert not turned.can_turn(-1)
    seen = []
    while turned.can_turn(1):
        turned.turn(1)
        seen.append(turned.share)
    assert seen == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    turned.turn(1)
    assert turned.share == 1.0
