"""Matching pennies: the subject wins if the coins differ. The smallest possible game."""

import numpy as np

from arena.games.game import Game


def matching_pennies() -> Game:
    """Two moves, no ties."""
    moves = ("heads", "tails")
    payoff = np.array([[-1, 1], [1, -1]], dtype=np.int8)
    return Game("matching-pennies", "matching pennies", moves, moves, payoff)
