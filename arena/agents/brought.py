"""Agents that other packages bring: whatever their code does wrong becomes a sentence that names the package."""

from __future__ import annotations

from functools import partial
from operator import index
from typing import Any, cast

from arena.agents.agent import Agent, AgentSpec, Factory, HasPolicy, Position, Sees, View
from arena.games import Game
from arena.plugins import Registry
from arena.records import Decision, Policy, Seat

_ROUNDING = 1e-6  # allowed in the sum of probabilities


def guarded(agents: Registry[Factory], spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    """The agent made by another package's factory, with every move and policy checked.

    Raises InputError if the factory makes no agent, and so do its methods for a wrong result. An ArenaError that the
    package raises is let through: a UsageError refuses an argument.
    """
    factory = agents.load(spec.kind)
    with agents.blaming(spec.kind, "can't be made"):
        agent: Any = factory(spec, game, seat)
        fits = isinstance(getattr(agent, "sees", None), Sees) and callable(getattr(agent, "decide", None))
    if not fits:
        lacks = f"is a {type(agent).__name__} that lacks `sees`, which is one of Sees, or the method `decide`"
        raise agents.failure(spec.kind, lacks)
    guard = _GuardedPolicy if isinstance(agent, HasPolicy) else _Guarded
    return cast(Agent, guard(agents, agent, spec, len(game.moves_of(seat))))  # its type is what `sees` says


class _Guarded:
    """An agent of another package, under the name that was typed."""

    def __init__(self, agents: Registry[Factory], agent: Any, spec: AgentSpec, moves: int) -> None:
        self.name = spec.text
        self.sees = agent.sees
        self._agent = agent
        self._moves = moves
        self._failure = partial(agents.failure, spec.kind)
        self._blaming = partial(agents.blaming, spec.kind)

    async def decide(self, view: View) -> Decision:
        with self._blaming(f"failed in round {view.number}"):
            decision = await self._agent.decide(view)
        at = f"in round {view.number}"
        if not isinstance(decision, Decision):
            raise self._failure(f"gave a {type(decision).__name__} {at}, where a Decision belongs")
        if decision.answers or decision.prompt is not None:
            raise self._failure(f"gave answers or a prompt {at}, which only a language model has")
        with self._blaming(f"gave no move {at}"):
            move = index(cast(int, decision.move))
        if not 0 <= move < self._moves:
            raise self._failure(f"gave the move {move} {at}, but its moves are 0 to {self._moves - 1}")
        return Decision(None if decision.policy is None else self._checked(decision.policy, at), move)

    def _checked(self, policy: object, at: str) -> Policy:
        """The policy, its numbers converted to Python's own."""
        if not isinstance(policy, Policy):
            raise self._failure(f"gave a {type(policy).__name__} {at}, where a Policy belongs")
        with self._blaming(f"gave a policy {at} that isn't made of numbers"):
            found = Policy(tuple(map(float, policy.probabilities)), float(policy.mass), float(policy.loose_mass))
        if len(found.probabilities) != self._moves:
            size = len(found.probabilities)
            raise self._failure(f"gave a policy of {size} probabilities {at}, but it has {self._moves} moves")
        inside = all(0.0 <= one <= 1.0 for one in (*found.probabilities, found.mass, found.loose_mass))  # nan isn't
        if not inside or abs(sum(found.probabilities) - 1.0) > _ROUNDING:
            shown = ", ".join(f"{one:g}" for one in found.probabilities)
            raise self._failure(f"gave a policy {at} that isn't one ({shown}): from 0 to 1, with the sum 1")
        return found


class _GuardedPolicy(_Guarded):
    """One that can be asked for its policy."""

    async def policy(self, position: Position) -> Policy:
        with self._blaming(f"failed when it was asked for its policy in round {position.number}"):
            policy = await self._agent.policy(position)
        return self._checked(policy, f"for round {position.number}")
