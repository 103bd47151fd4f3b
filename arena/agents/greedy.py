"""The greedy reader: the adversary of section 3.2.1, which sees the other's policy before it moves."""

from __future__ import annotations

from arena.games import Game
from arena.records import Decision, Policy, Seat, View


class GreedyReader:
    """Plays the move most likely to win this round under the policy that it is shown; ties go to the first."""

    name = "greedy"
    reads_policy = True

    def __init__(self, game: Game, seat: Seat) -> None:
        self._choose = game.best_reply if seat is Seat.OPPONENT else game.best_move
        self._moves = len(game.replies if seat is Seat.OPPONENT else game.moves)

    async def decide(self, view: View) -> Decision:
        """Reply to the policy in the view, which the table guarantees to be there."""
        assert view.intel is not None, "a reader is always shown the other's policy"
        choice = self._choose(view.intel)
        return Decision(Policy(tuple(float(move == choice) for move in range(self._moves))), choice)
