"""The greedy reader: the adversary of section 3.2.1, which sees the other's policy before it moves."""

from __future__ import annotations

from typing import Final

from arena.agents.agent import AgentSpec, PolicyView, Sees
from arena.games import Game
from arena.records import Decision, Policy, Seat


class GreedyReader:
    """Plays the move most likely to win this round under the policy that it is shown; ties go to the first."""

    name = "greedy"
    sees: Final = Sees.POLICY

    def __init__(self, game: Game, seat: Seat) -> None:
        self._choose = game.best_reply if seat is Seat.OPPONENT else game.best_move
        moves = len(game.moves_of(seat))
        self._decisions = [Decision(Policy.certain(move, moves), move) for move in range(moves)]

    async def decide(self, view: PolicyView) -> Decision:
        """Reply to the policy in the view."""
        return self._decisions[self._choose(view.policy)]


def greedy(spec: AgentSpec, game: Game, seat: Seat) -> GreedyReader:
    """`greedy`."""
    return GreedyReader(game, seat)
