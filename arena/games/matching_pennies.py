"""Matching pennies: the subject wins if the coins differ. The smallest possible game."""

import numpy as np

from arena.games.game import Game, Told


def matching_pennies() -> Game:
    """Two moves, no ties."""
    told = Told(
        subject="You win if the two coins differ.",
        opponent="You win if the two coins are alike.",
        win="the coins differ",
        loss="the coins are alike",
    )
    moves = ("heads", "tails")
    payoff = np.array([[-1, 1], [1, -1]], dtype=np.int8)
    return Game("matching-pennies", "matching pennies", moves, moves, payoff, told=told)
