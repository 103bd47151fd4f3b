"""The value of a game and an optimal policy, by linear programming."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.games.game import Game


class Equilibrium(NamedTuple):
    """`net` in points (percent), `policy` over the subject's moves, shape (moves,)."""

    net: float
    policy: NDArray[np.float64]


def equilibrium(game: Game) -> Equilibrium:
    """The net that the subject can secure against every opponent, and a policy that secures it.

    Maximise v subject to sum_m p(m) payoff[m, r] >= v for every reply r, p a distribution
    (von Neumann's minimax theorem makes it the value of the game).
    """
    moves, replies = game.payoff.shape
    uniform = np.full(moves, 1 / moves)
    secured, allowed = (uniform @ game.payoff).min(), (game.payoff @ np.full(replies, 1 / replies)).max()
    if np.isclose(secured, allowed, rtol=0.0, atol=1e-12):  # uniform play of both is a saddle point: nothing to search
        return Equilibrium(float(100.0 * secured), uniform)
    from scipy.optimize import linprog

    solution = linprog(
        c=np.append(np.zeros(moves), -1.0),
        A_ub=np.column_stack([-game.payoff.T.astype(np.float64), np.ones(replies)]),
        b_ub=np.zeros(replies),
        A_eq=np.append(np.ones(moves), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0.0, 1.0)] * moves + [(None, None)],
    )
    if not solution.success:  # a matrix game always has a value, so this is a bug, not the person's error
        raise ArithmeticError(f"no equilibrium found for {game.name}: {solution.message}")
    return Equilibrium(float(-100.0 * solution.fun), np.asarray(solution.x[:-1], dtype=np.float64))
