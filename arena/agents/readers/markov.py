"""`markov:ORDER`: expects the move that followed the other's last ORDER moves most often before."""

from __future__ import annotations

from functools import partial
from typing import Final

from arena.agents.agent import AgentSpec, Past
from arena.agents.readers.foreseeing import MovesReader
from arena.errors import UsageError
from arena.games import Game
from arena.records import Policy, Seat
from arena.stats.foresight import Followed, MarkovPredictor

MOST: Final = 20  # the highest order


class Markov:
    """A Markov model of the other's moves, as the app foresees its player by; forfeited rounds don't count."""

    def __init__(self, moves: int, order: int) -> None:
        self._moves = moves
        self._predictor = MarkovPredictor(moves, order)

    def foresee(self) -> Policy | None:
        expected = self._predictor.foreseen
        return None if expected is None else Policy.certain(expected, self._moves)

    def why(self, expected: int) -> Followed | None:
        """How often it came next."""
        return self._predictor.followed(expected)

    def learn(self, past: Past) -> None:
        if past.theirs is not None:
            self._predictor.update(past.theirs)


def markov(spec: AgentSpec, game: Game, seat: Seat) -> MovesReader:
    """`markov:ORDER`. Raises UsageError unless ORDER is a whole number from 0 to 20."""
    if not spec.argument.isdecimal() or int(spec.argument) > MOST:
        raise UsageError(f"{spec.text!r}: the order is how many past moves count, a whole number from 0 to {MOST}")
    return MovesReader(spec.text, game, seat, partial(Markov, order=int(spec.argument)))
