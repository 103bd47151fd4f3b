"""Expects the move that the other player made most often after their last one, and replies to it."""

from itertools import pairwise
from typing import Final

from arena.agents.agent import AgentSpec, Sees, View
from arena.games import Game
from arena.records import Decision, Policy, Seat


class Follow:
    usage: Final = "follow"
    sees: Final = Sees.MOVES

    def __init__(self, spec: AgentSpec, game: Game, seat: Seat) -> None:
        self.name = spec.text
        self._moves = len(game.moves_of(seat))
        self._others = len(game.moves_of(seat.other))
        self._best = game.best_reply if seat is Seat.OPPONENT else game.best_move

    async def decide(self, view: View) -> Decision:
        theirs = [past.theirs for past in view.history]
        counts = [1] * self._others  # one of each, so that no move is ruled out
        for before, after in pairwise(theirs):
            if before == theirs[-1] and after is not None:
                counts[after] += 1
        move = self._best(Policy(tuple(count / sum(counts) for count in counts)))
        return Decision(Policy.certain(move, self._moves), move)
