"""What is looked at in an agent that another package brings, case by case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import numpy as np
import pytest

from arena.agents.agent import AgentSpec, HasPolicy, Position, Sees, View
from arena.agents.brought import guarded
from arena.errors import InputError, ModelError, UsageError
from arena.games import Game, parse_game
from arena.plugins import Registry
from arena.records import Decision, Policy, Prompt, Sample, Seat

RPS = parse_game("rps")
SPEC = AgentSpec("some:thing", "some", "thing")


class Agent:
    """Does what a test says."""

    sees = Sees.MOVES

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    async def decide(self, view: View) -> Any:
        return self._answer()


class Telling(Agent):
    """Can be asked."""

    async def policy(self, position: Position) -> Any:
        return self._answer()


class Brought(Registry[Any]):
    """What an installed package brings, made here."""

    def __init__(self, factory: Any) -> None:
        super().__init__("arena.agents", "agent", {})
        self._factory = factory

    def load(self, name: str) -> Any:
        return self._factory

    def _brought(self) -> dict[str, EntryPoint]:
        return {"some": EntryPoint("some", "a_package:thing", "arena.agents")}


def guard(factory: Any, seat: Seat = Seat.SUBJECT) -> Any:
    return guarded(Brought(factory), SPEC, RPS, seat)


def decided(answer: object) -> Decision:
    return asyncio.run(guard(lambda *_: Agent(lambda: answer)).decide(View(0, 4)))  # type: ignore[no-any-return]


def test_what_is_right_goes_through_as_numbers_of_pythons_own() -> None:
    third = np.float64(1 / 3)
    decision = decided(Decision(Policy((third, third, third)), np.int64(2)))  # type: ignore[arg-type]
    assert decision == Decision(Policy((1 / 3, 1 / 3, 1 / 3)), 2)
    assert type(decision.move) is int and decision.policy is not None
    assert {type(one) for one in decision.policy.probabilities} == {float}
    assert decided(Decision(None, 0)) == Decision(None, 0)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "gave a NoneType in round 4, where a Decision belongs"),
        (2, "gave a int in round 4, where a Decision belongs"),
        (Decision(None, None), "gave no move in round 4: TypeError"),
        (Decision(None, "rock"), "gave no move in round 4: TypeError"),  # type: ignore[arg-type]
        (Decision(None, 3), "gave the move 3 in round 4, but its moves are 0 to 2"),
        (Decision(None, -1), "gave the move -1 in round 4, but its moves are 0 to 2"),
        (Decision((1.0, 0.0, 0.0), 0), "gave a tuple in round 4, where a Policy belongs"),  # type: ignore[arg-type]
        (Decision(Policy((0.5, 0.5)), 0), "gave a policy of 2 probabilities in round 4, but it has 3 moves"),
        (Decision(Policy((0.5, 0.5, 0.5)), 0), "gave a policy in round 4 that isn't one (0.5, 0.5, 0.5)"),
        (Decision(Policy((1.5, -0.5, 0.0)), 0), "gave a policy in round 4 that isn't one (1.5, -0.5, 0)"),
        (Decision(Policy((float("nan"),) * 3), 0), "that isn't one (nan, nan, nan)"),
        (Decision(Policy((1.0, 0.0, 0.0), mass=2.0), 0), "isn't one (1, 0, 0)"),
        (Decision(Policy(("a", "b", "c")), 0), "isn't made of numbers: ValueError"),  # type: ignore[arg-type]
        (Decision(Policy(None), 0), "isn't made of numbers: TypeError"),  # type: ignore[arg-type]
        (Decision(None, 0, (Sample("x", (), "eos"),)), "gave answers or a prompt in round 4"),
        (Decision(None, 0, prompt=Prompt("x", ())), "gave answers or a prompt in round 4"),
    ],
)
def test_what_is_no_decision_is_refused(answer: object, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        decided(answer)
    assert str(refused.value).startswith("the agent 'some', which a_package:thing brings, ")
    assert sentence in str(refused.value)


def test_a_policy_that_is_asked_for_is_looked_at_too() -> None:
    right = guard(lambda *_: Telling(lambda: Policy((0.5, 0.5, 0.0))))
    assert isinstance(right, HasPolicy) and not isinstance(guard(lambda *_: Agent(int)), HasPolicy)
    assert asyncio.run(right.policy(Position(0, 2))) == Policy((0.5, 0.5, 0.0))
    for answer, sentence in (
        (lambda: None, "gave a NoneType for round 2, where a Policy belongs"),
        (lambda: 1 / 0, "failed when it was asked for its policy in round 2: ZeroDivisionError"),
    ):
        with pytest.raises(InputError, match=sentence):
            asyncio.run(guard(lambda *_, answer=answer: Telling(answer)).policy(Position(0, 2)))


def test_errors_with_a_sentence_of_their_own_are_let_through() -> None:
    def failing(error: Exception) -> Callable[..., Any]:
        def fail(*_: object) -> Any:
            raise error

        return fail

    with pytest.raises(UsageError, match="no such order"):
        guard(failing(UsageError("no such order")))
    with pytest.raises(ModelError, match="the server is away"):  # of a model that it asked
        asyncio.run(guard(lambda *_: Agent(failing(ModelError("the server is away")))).decide(View(0, 1)))


@pytest.mark.parametrize("sees", ["moves", None, Sees])
def test_an_agent_says_what_it_sees(sees: object) -> None:
    class Blind(Agent):
        pass

    Blind.sees = sees  # type: ignore[assignment]
    with pytest.raises(InputError, match="lacks `sees`, which is one of Sees"):
        guard(lambda *_: Blind(int))


def test_it_is_called_what_was_typed_and_given_what_it_needs() -> None:
    given: list[tuple[AgentSpec, Game, Seat]] = []

    def factory(*arguments: Any) -> Any:
        given.append(arguments)
        return Agent(int)

    assert guard(factory, Seat.OPPONENT).name == "some:thing"
    assert given == [(SPEC, RPS, Seat.OPPONENT)]
