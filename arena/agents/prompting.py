"""The prompts of a model in a seat: past rounds in, a prompt as the model reads it out, each made once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import product
from typing import Final

from arena.agents.agent import Past, seen_by
from arena.agents.asking import Asking
from arena.agents.encoding import as_prompt, chat_template
from arena.backends.base import LanguageModel
from arena.games import Game
from arena.prompts.formats import render
from arena.prompts.wording import ShownRound
from arena.records import Outcome, Prompt, Seat

MOST_PROMPTS: Final = 4096  # remembered, because matches that began alike ask the same
_OUTCOMES: Final = {Outcome.WIN: "win", Outcome.TIE: "tie", Outcome.LOSS: "loss"}

Shown = tuple[ShownRound, ...]


class Prompter:
    """What one model is asked in one seat of one game. `moves` are its moves as it reads them, in the game's order;
    `listed` are their places in the order in which it reads them."""

    def __init__(self, model: LanguageModel, game: Game, seat: Seat, asking: Asking) -> None:
        self.asking = asking
        self.chat_template = chat_template(model)
        self._own, self._others = game.moves_of(seat), game.moves_of(seat.other)
        self.moves = asking.renaming.shown(self._own)
        self.listed = tuple(map(self._own.index, asking.renaming.listed(self._own)))
        self._model = model
        self._game = game
        self._seat = seat
        self._prompts: dict[Shown, asyncio.Future[Prompt]] = {}

    def shown(self, history: Sequence[Past]) -> Shown:
        """The past rounds as a prompt shows them, forfeits left out and not counted."""
        shown: list[ShownRound] = []
        for mine, theirs, outcome in history:
            if mine is not None and theirs is not None:
                names = self._own[mine], self._others[theirs]
                shown.append(ShownRound(len(shown) + 1, *names, _OUTCOMES[outcome]))
        return tuple(shown)

    def request(self, shown: Shown) -> tuple[str, str]:
        """The request after these rounds and the answer's opening, without a format around them."""
        renaming = self.asking.renaming
        moves, others = renaming.listed(self._own), renaming.listed(self._others)
        prompt, infix = self.asking.wording.render(moves, others, shown, len(shown) + 1)
        return renaming.text(prompt), renaming.text(infix)

    async def encode(self, shown: Shown) -> Prompt:
        """The prompt after these rounds. Matches that ask the same at the same time share the work."""
        known = self._prompts.get(shown)
        if known is None:
            if len(self._prompts) >= MOST_PROMPTS:
                self._prompts.clear()
            known = self._prompts[shown] = asyncio.ensure_future(self._encode_anew(shown))
        return known.result() if known.done() else await asyncio.shield(known)

    async def _encode_anew(self, shown: Shown) -> Prompt:
        return await as_prompt(self._model, render(self.asking.format, *self.request(shown), self.chat_template))

    async def longest(self, rounds: int) -> int:
        """The most tokens that the prompts of a match of `rounds` rounds can have."""
        pairs = list(product(range(len(self._game.moves)), range(len(self._game.replies))))
        sizes = {pair: len((await self.encode(self._same(pair, min(rounds - 1, 3)))).tokens) for pair in pairs}
        longest = max(pairs, key=lambda pair: sizes[pair])
        return len((await self.encode(self._same(longest, rounds - 1))).tokens)

    def _same(self, pair: tuple[int, int], rounds: int) -> Shown:
        """A history that repeats one pair of moves."""
        return self.shown([seen_by(self._seat, *pair, self._game.outcome(*pair))] * rounds)
