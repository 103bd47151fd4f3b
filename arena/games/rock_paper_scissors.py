"""Rock-paper-scissors (section 3.2.1 of the paper)."""

import numpy as np

from arena.games.game import Game


def rock_paper_scissors() -> Game:
    """Each move ties with itself, beats one and loses to the other."""
    moves = ("rock", "paper", "scissors")
    payoff = np.array(
        [
            [0, -1, 1],
            [1, 0, -1],
            [-1, 1, 0],
        ],
        dtype=np.int8,
    )
    return Game("rps", "rock-paper-scissors", moves, moves, payoff)
