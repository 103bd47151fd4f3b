"""A mixture of agents: in every round a named draw decides whose answer is played.

Two things are mixtures: a model whose prompt has a random string in it, one member for each string, and a model that is
mixed with another one. A reader knows the members' policies and not which was drawn, so it sees their mean.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Final

from arena.agents.agent import Position, Sees, View
from arena.agents.bots import draw_move
from arena.agents.language_model import LanguageModelAgent
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy


class Mixture:
    """`members` with their weights, which sum to 1. Members whose weight is 0 are never asked."""

    sees: Final = Sees.MOVES

    def __init__(self, name: str, members: Sequence[LanguageModelAgent | Mixture], weights: Sequence[float]) -> None:
        kept = [(member, weight) for member, weight in zip(members, weights, strict=True) if weight > 0.0]
        self.name = name
        self.members = tuple(member for member, _ in kept)
        self.weights = tuple(weight for _, weight in kept)

    async def policy(self, position: Position) -> Policy:
        """The members' mean policy. Raises ModelError if a model fails."""
        return self._mean(await asyncio.gather(*(member.policy(position) for member in self.members)))

    async def decide(self, view: View) -> Decision:
        """Draw a member, which decides. Raises ModelError if a model fails."""
        drawn = draw_move(Policy(self.weights), float(uniforms(stream(view.seed, "member"), 1)[0]))
        chosen = self.members[drawn]
        others = (member.policy(view) for member in self.members if member is not chosen)
        decision, policies = await asyncio.gather(chosen.decide(view), asyncio.gather(*others))
        assert decision.policy is not None
        policies.insert(drawn, decision.policy)
        return Decision(self._mean(policies), decision.move, decision.answers, decision.prompt)

    def _mean(self, policies: Sequence[Policy]) -> Policy:
        def of(values: Sequence[float]) -> float:
            return math.fsum(weight * value for weight, value in zip(self.weights, values, strict=True))

        whole = [of(column) for column in zip(*(policy.probabilities for policy in policies), strict=True)]
        total = math.fsum(whole)
        masses = of([policy.mass for policy in policies]), of([policy.loose_mass for policy in policies])
        return Policy(tuple(value / total for value in whole), *(min(1.0, mass) for mass in masses))

    async def longest(self, rounds: int) -> int:
        """The most tokens that a member can need in a match of `rounds` rounds."""
        return max([await member.longest(rounds) for member in self.members])
