"""Bots: the same mixed strategy in every round, whatever happened before."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate
from typing import Final

from arena.agents.agent import AgentSpec, Position, Sees, View
from arena.errors import UsageError
from arena.games import Game
from arena.records import Decision, Policy, Seat


class MixedStrategy:
    """Draws each move from one policy by inverse CDF. This is `uniform`, `fixed:MOVE` and `mix:MOVE=P,...`."""

    sees: Final = Sees.MOVES

    def __init__(self, name: str, policy: Policy) -> None:
        self.name = name
        self._policy = policy
        # made once, because a round asks for one of them
        self._decisions = [Decision(policy, move) for move in range(len(policy.probabilities))]
        self._cumulative = list(accumulate(policy.probabilities))

    async def policy(self, position: Position) -> Policy:
        """The same at every position."""
        return self._policy

    async def decide(self, view: View) -> Decision:
        """Draw a move with the round's uniform number."""
        return self._decisions[_at(self._cumulative, view.draw)]


def draw_move(policy: Policy, draw: float) -> int:
    """The move at `draw` in [0, 1) by inverse CDF, in the game's order."""
    return _at(list(accumulate(policy.probabilities)), draw)


def _at(cumulative: list[float], draw: float) -> int:
    # scaled, because probabilities that a person typed may sum to a little less than 1
    return bisect_right(cumulative, draw * cumulative[-1])


def uniform(spec: AgentSpec, game: Game, seat: Seat) -> MixedStrategy:
    """`uniform`: all moves are equally likely."""
    count = len(game.moves_of(seat))
    return MixedStrategy(spec.text, Policy((1.0 / count,) * count))


def fixed(spec: AgentSpec, game: Game, seat: Seat) -> MixedStrategy:
    """`fixed:MOVE`, again and again."""
    moves = game.moves_of(seat)
    return MixedStrategy(spec.text, Policy.certain(_move_index(spec, game, moves, spec.argument), len(moves)))


def mix(spec: AgentSpec, game: Game, seat: Seat) -> MixedStrategy:
    """`mix:MOVE=P,MOVE=P,...`; moves that aren't named have probability 0."""
    moves = game.moves_of(seat)
    probabilities = [0.0] * len(moves)
    given: set[int] = set()
    for part in spec.argument.split(","):
        name, equals, number = part.partition("=")
        if not equals:
            raise UsageError(f"{spec.text!r}: {part!r} should be MOVE=PROBABILITY, as in mix:MOVE=P,MOVE=P,...")
        index = _move_index(spec, game, moves, name.strip())
        if index in given:
            raise UsageError(f"{spec.text!r} names {moves[index]} twice")
        given.add(index)
        try:
            probability = float(number)
        except ValueError:
            raise UsageError(f"{spec.text!r}: {number!r} isn't a number") from None
        if not 0.0 <= probability <= 1.0:  # also false for nan
            raise UsageError(
                f"{spec.text!r}: the probability of {moves[index]} is {number}, but it must lie between 0 and 1"
            )
        probabilities[index] = probability
    total = math.fsum(probabilities)
    if abs(total - 1.0) > 1e-9:
        raise UsageError(f"{spec.text!r}: the probabilities sum to {total:g}, but they must sum to 1")
    return MixedStrategy(spec.text, Policy(tuple(probabilities)))


def _move_index(spec: AgentSpec, game: Game, moves: tuple[str, ...], name: str) -> int:
    if name.lower() not in moves:
        raise UsageError(f"{spec.text!r}: {game.title} has no move {name!r}; its moves are {', '.join(moves)}")
    return moves.index(name.lower())
