"""A dial between two models: a mixture whose share somebody turns by hand while a match is played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from arena.agents.agent import Position, Sees, View
from arena.agents.language_model import LanguageModelAgent
from arena.agents.mixture import Mixture
from arena.records import Decision, Policy

STEP: Final = 0.1


class Dial:
    """In a share of the rounds, `second` answers instead of `first`. `share` is what the dial is turned to, and
    `played` the share of the round that was decided last (None before the first one).

    `on_round` is called when a round's share is settled: turning the dial after that tells in the next round.
    """

    sees: Final = Sees.MOVES

    def __init__(
        self, name: str, first: LanguageModelAgent | Mixture, second: LanguageModelAgent | Mixture, share: float
    ) -> None:
        self.name = name
        self.members = first, second
        self.share = share
        self.played: float | None = None
        self.on_round: Callable[[], None] = lambda: None

    def can_turn(self, steps: int) -> bool:
        """Whether there is room in that direction."""
        return self.share < 1.0 if steps > 0 else self.share > 0.0

    def turn(self, steps: int) -> None:
        """Turn the dial by so many steps, at most to either end."""
        self.share = min(1.0, max(0.0, round(self.share + steps * STEP, 6)))

    async def policy(self, position: Position) -> Policy:
        """The mixture's policy with the share of the round that is being decided. Raises ModelError if a model
        fails."""
        return await self._mixture(self.share if self.played is None else self.played).policy(position)

    async def decide(self, view: View) -> Decision:
        """Decide with the share that the dial is turned to now. Raises ModelError if a model fails."""
        self.played = self.share
        self.on_round()
        return await self._mixture(self.played).decide(view)

    def _mixture(self, share: float) -> Mixture:
        return Mixture(self.name, self.members, (1.0 - share, share))
