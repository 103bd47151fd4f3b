"""Bots: the same mixed strategy in every round, whatever happened before."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from arena.records import Decision, Policy, View


class MixedStrategy:
    """Draws each move from one policy by inverse CDF. `uniform`, `fixed:MOVE` and `mix:MOVE=P,...` are this."""

    reads_policy = False

    def __init__(self, name: str, policy: Policy) -> None:
        self.name = name
        self._policy = policy

    async def decide(self, view: View) -> Decision:
        """Draw a move with the round's uniform number."""
        return Decision(self._policy, draw_move(self._policy, view.draw))


def draw_move(policy: Policy, draw: float) -> int:
    """The move at `draw` in [0, 1) by inverse CDF, in the game's order."""
    cumulative = list(accumulate(policy.probabilities))
    # scaled, as probabilities that a person typed may sum to a little less than 1
    return bisect_right(cumulative, draw * cumulative[-1])
