"""`frequency`: expects each of the other's moves as often as it was played in the match so far."""

from __future__ import annotations

from arena.agents.agent import AgentSpec, Past
from arena.agents.readers.foreseeing import MovesReader
from arena.games import Game
from arena.records import Policy, Seat
from arena.stats.foresight import Followed


class Frequency:
    """The share of each move among the other's; forfeited rounds don't count."""

    def __init__(self, moves: int) -> None:
        self._counts = [0] * moves

    def foresee(self) -> Policy | None:
        total = sum(self._counts)
        return Policy(tuple(count / total for count in self._counts)) if total else None

    def why(self, expected: int) -> Followed:
        """How often it was played."""
        return Followed((), self._counts[expected], sum(self._counts))

    def learn(self, past: Past) -> None:
        if past.theirs is not None:
            self._counts[past.theirs] += 1


def frequency(spec: AgentSpec, game: Game, seat: Seat) -> MovesReader:
    """`frequency`."""
    return MovesReader(spec.text, game, seat, Frequency)
