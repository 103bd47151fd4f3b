"""`mirror:MODEL`: a language model that predicts the other player from the outside.

It is shown the match so far and asked, in a wording of its own, which move the other will make next. Its next-token
distribution over the other's moves is the prediction, so nothing is drawn and no answer can be invalid.
"""

from __future__ import annotations

from typing import Final, Self

from msgspec.structs import replace

from arena.agents.agent import Position, Sees, View
from arena.agents.asking import Asking
from arena.agents.language_model import LanguageModelAgent
from arena.backends.base import LanguageModel
from arena.games import Game
from arena.records import Decision, Policy, Prompt, Seat


class Mirror:
    """Replies to what its model expects, as the greedy reader replies to a policy. `predictor` is the model as if it
    sat in the other's seat. The mass of a mirror's policy is that of the prediction."""

    sees: Final = Sees.MOVES

    def __init__(self, name: str, game: Game, seat: Seat, predictor: LanguageModelAgent) -> None:
        self.name = name
        self._reply = game.best_reply if seat is Seat.OPPONENT else game.best_move
        self._moves = len(game.moves_of(seat))
        self._predictor = predictor

    @classmethod
    async def make(cls, name: str, model: LanguageModel, game: Game, seat: Seat, asking: Asking) -> Self:
        """Find the tokens that count for each of the other's moves, and take a seat. Raises InputError for a setting
        that the model doesn't support."""
        return cls(name, game, seat, await LanguageModelAgent.make(name, model, game, seat.other, asking))

    async def expected(self, position: Position) -> tuple[Policy, Prompt]:
        """How likely each of the other's moves is next, and the prompt that was asked. Raises ModelError if the model
        fails."""
        history = tuple(past.turned for past in position.history)
        return await self._predictor.read(Position(position.match, position.number, history))

    async def policy(self, position: Position) -> Policy:
        """Certain of the reply to what it expects."""
        return self._certain((await self.expected(position))[0])

    async def decide(self, view: View) -> Decision:
        """Ask for the prediction, and play that reply. Raises ModelError if the model fails."""
        expected, prompt = await self.expected(view)
        return Decision(self._certain(expected), self._reply(expected), prompt=prompt)

    async def longest(self, rounds: int) -> int:
        """The most tokens that a match of `rounds` rounds can need."""
        return await self._predictor.longest(rounds)

    def _certain(self, expected: Policy) -> Policy:
        certain = Policy.certain(self._reply(expected), self._moves)
        return replace(certain, mass=expected.mass, loose_mass=expected.loose_mass)
