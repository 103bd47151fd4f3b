"""The prompts of a model in a seat: past rounds in, a prompt as the model reads it out, each made once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from msgspec.structs import replace

from arena.agents.agent import Past, seen_by
from arena.agents.asking import Asking
from arena.agents.encoding import as_prompt, chat_template
from arena.backends.base import LanguageModel
from arena.games import Game
from arena.prompts.formats import render
from arena.prompts.wording import ShownRound
from arena.records import Outcome, Prompt, Seat

_MOST_TOKENS: Final = 2**16  # of the prompts that are remembered: about a MiB with their texts
_OUTCOMES: Final = {Outcome.WIN: "win", Outcome.TIE: "tie", Outcome.LOSS: "loss"}

Shown = tuple[ShownRound, ...]


class Remembered:
    """Prompts that were made, because matches that began alike ask the same. Those that were asked for last are kept,
    as many as have `most` tokens together: what a show holds doesn't grow by the hour, nor with the length of its
    matches."""

    def __init__(self, most: int = _MOST_TOKENS) -> None:
        self._most = most
        self._prompts: OrderedDict[Shown, Prompt] = OrderedDict()
        self._ids: dict[int, int] = {}  # the same few come in every prompt, so each is one object: 8 bytes, not 40
        self.tokens = 0  # of all that are kept

    def find(self, shown: Shown) -> Prompt | None:
        """The prompt after these rounds, if it is kept."""
        found = self._prompts.get(shown)
        if found is not None:
            self._prompts.move_to_end(shown)
        return found

    def keep(self, shown: Shown, prompt: Prompt) -> Prompt:
        """Keep a prompt that isn't kept yet, in place of those not asked for the longest; returns an equal one."""
        prompt = replace(prompt, tokens=tuple(self._ids.setdefault(token, token) for token in prompt.tokens))
        self._prompts[shown] = prompt
        self.tokens += len(prompt.tokens)
        while self.tokens > self._most:
            _, oldest = self._prompts.popitem(last=False)
            self.tokens -= len(oldest.tokens)
        return prompt


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
        self._remembered = Remembered()
        self._underway: dict[Shown, asyncio.Future[Prompt]] = {}

    def shown(self, history: Sequence[Past]) -> Shown:
        """The past rounds as a prompt shows them, forfeits left out and not counted."""
        shown: list[ShownRound] = []
        for mine, theirs, outcome in history:
            if mine is not None and theirs is not None:
                names = self._own[mine], self._others[theirs]
                shown.append(_shown_round(len(shown) + 1, *names, _OUTCOMES[outcome]))
        return tuple(shown)

    def request(self, shown: Shown) -> tuple[str, str]:
        """The request after these rounds and the answer's opening, without a format around them."""
        renaming = self.asking.renaming
        moves, others = renaming.listed(self._own), renaming.listed(self._others)
        prompt, infix = self.asking.wording.render(moves, others, shown, len(shown) + 1)
        return renaming.text(prompt), renaming.text(infix)

    async def encode(self, shown: Shown) -> Prompt:
        """The prompt after these rounds. Matches that ask the same at the same time share the work."""
        known = self._remembered.find(shown)
        if known is not None:
            return known
        if shown not in self._underway:
            task = self._underway[shown] = asyncio.ensure_future(self._encode_anew(shown))
            task.add_done_callback(lambda _: self._underway.pop(shown))  # also if it fails, or never begins
        return await asyncio.shield(self._underway[shown])

    async def _encode_anew(self, shown: Shown) -> Prompt:
        segments = render(self.asking.format, *self.request(shown), self.chat_template)
        return self._remembered.keep(shown, await as_prompt(self._model, segments))

    async def longest(self, rounds: int) -> int:
        """The most tokens that the prompts of a match of `rounds` rounds can have."""
        pairs = list(product(range(len(self._game.moves)), range(len(self._game.replies))))
        sizes = {pair: len((await self.encode(self._same(pair, min(rounds - 1, 3)))).tokens) for pair in pairs}
        longest = max(pairs, key=lambda pair: sizes[pair])
        return len((await self.encode(self._same(longest, rounds - 1))).tokens)

    def _same(self, pair: tuple[int, int], rounds: int) -> Shown:
        """A history that repeats one pair of moves."""
        return self.shown([seen_by(self._seat, *pair, self._game.outcome(*pair))] * rounds)


@lru_cache(maxsize=4096)  # a round is shown in all later prompts of its match
def _shown_round(number: int, mine: str, theirs: str, outcome: str) -> ShownRound:
    return ShownRound(number, mine, theirs, outcome)
