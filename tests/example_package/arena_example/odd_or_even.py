"""Odd or even: both show one or two fingers; the subject wins if the sum is odd."""

import numpy as np

from arena.games import Game


def odd_or_even() -> Game:
    fingers = ("one", "two")
    payoff = np.array([[-1, 1], [1, -1]], dtype=np.int8)
    return Game("odd-or-even", "odd or even", fingers, fingers, payoff)
