"""A language model in a seat: it is asked once per round, its next-token distribution is its policy, and its answer is
parsed for its move."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from typing import Final

from arena.agents.agent import Past, Position, Sees, View, seen_by
from arena.agents.bots import draw_move
from arena.agents.encoding import as_prompt, chat_template
from arena.agents.moves import MoveTokens, move_tokens, parse, stop_rule
from arena.backends.base import Completion, Draw, LanguageModel, Request, Sampling
from arena.backends.stopping import found
from arena.blocks import block_of
from arena.concurrency import aside
from arena.games import Game
from arena.prompts.formats import render
from arena.prompts.wording import ShownRound, Wording
from arena.randomness import stream, uniforms
from arena.records import Decision, Outcome, Policy, Prompt, Sample, Seat

_MOST_PROMPTS = 4096  # remembered, because matches that began alike ask the same
_OUTCOMES = {Outcome.WIN: "win", Outcome.TIE: "tie", Outcome.LOSS: "loss"}


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is asked: the wording and format, the sampling, and what follows an invalid answer.

    At most `attempts` answers are drawn until one is valid. If none is, the move is drawn from the policy with
    `fallback`; without it, the round is forfeited.
    """

    wording: Wording
    format: str
    sampling: Sampling = field(default_factory=Sampling)
    attempts: int = 20
    fallback: bool = False
    max_tokens: int = 8


class LanguageModelAgent:
    """`llm:MODEL` in one seat of one game, where its moves are `moves`; `tokens` are those that count for each move."""

    sees: Final = Sees.MOVES

    def __init__(
        self, name: str, model: LanguageModel, game: Game, seat: Seat, asking: Asking, tokens: MoveTokens
    ) -> None:
        self.name = name
        self.asking = asking
        self.tokens = tokens
        self.moves = game.moves_of(seat)
        self.vocabulary = model.vocabulary
        self.chat_template = chat_template(model)
        self._others = game.moves_of(seat.other)
        self._model = model
        self._game = game
        self._seat = seat
        self._stop = stop_rule(self.moves, asking.wording.closing, asking.max_tokens)
        self._wanted = tokens.wanted
        self._prompts: dict[tuple[ShownRound, ...], asyncio.Future[Prompt]] = {}
        self._policies: dict[tuple[ShownRound, ...], Policy] = {}  # those that were asked for alone

    @classmethod
    async def make(cls, name: str, model: LanguageModel, game: Game, seat: Seat, asking: Asking) -> LanguageModelAgent:
        """Find the tokens that count for each move, and take a seat. Raises InputError for a setting that the model
        doesn't support."""
        model.check(asking.sampling)
        await aside(render, asking.format, "", "", chat_template(model))  # so that no round waits for it
        moves = game.moves_of(seat)
        known = model.vocabulary.worked_out
        if moves not in known:  # looking at the whole vocabulary takes a tenth of a second
            known[moves] = await move_tokens(moves, model.vocabulary, partial(model.tokenize, specials=False))
        return cls(name, model, game, seat, asking, known[moves])

    def request(self, history: Sequence[Past]) -> tuple[str, str]:
        """The request after these rounds and the answer's opening, without a format around them."""
        return self._request(self._shown(history))

    async def policy(self, position: Position) -> Policy:
        """Ask the model for its next-token distribution alone. Raises ModelError if it fails.

        A reader that looks ahead asks for the same ones in match after match, so they are kept.
        """
        shown = self._shown(position.history)
        known = self._policies.get(shown)
        if known is None:
            known, _ = await self.read(position)
            if len(self._policies) >= _MOST_PROMPTS:
                self._policies.clear()
            self._policies[shown] = known
        return known

    async def read(self, position: Position) -> tuple[Policy, Prompt]:
        """The same, asked anew, with the prompt and the likeliest next tokens."""
        prompt, completion = await self._ask(position, None)
        return self._policy(completion), replace(prompt, top=completion.top)

    async def decide(self, view: View) -> Decision:
        """Ask the model. Raises ModelError if it fails."""
        prompt, completion = await self._ask(view, Draw(view.seed, self.asking.attempts))
        policy = self._policy(completion)
        move = self._move(completion.answers[-1], policy, view)
        return Decision(policy, move, completion.answers, replace(prompt, top=completion.top))

    async def _ask(self, position: Position, draw: Draw | None) -> tuple[Prompt, Completion]:
        prompt = await self._encode(self._shown(position.history))
        request = Request(
            tokens=prompt.tokens,
            wanted=self._wanted,
            stop=self._stop,
            sampling=self.asking.sampling,
            draw=draw,
            depth=position.number,
            block=block_of(position.match),
        )
        return prompt, await self._model.complete(request)

    def _policy(self, completion: Completion) -> Policy:
        return self.tokens.policy(dict(zip(self._wanted, completion.logprobs, strict=True)))

    def _move(self, answer: Sample, policy: Policy, view: View) -> int | None:
        match = found(self._stop, answer.text)
        if match is not None:
            return parse(self.moves, match.group())
        if not self.asking.fallback:
            return None
        draw = float(uniforms(stream(view.seed, "policy"), 1)[0])
        return draw_move(policy, draw)

    async def longest(self, rounds: int) -> int:
        """The most tokens that a match of `rounds` rounds can need: its last prompt and the answer to it."""
        pairs = list(product(range(len(self._game.moves)), range(len(self._game.replies))))
        sizes = {pair: len((await self._encode(self._same(pair, min(rounds - 1, 3)))).tokens) for pair in pairs}
        longest = max(pairs, key=lambda pair: sizes[pair])
        prompt = await self._encode(self._same(longest, rounds - 1))
        return len(prompt.tokens) + self.asking.max_tokens

    def _same(self, pair: tuple[int, int], rounds: int) -> tuple[ShownRound, ...]:
        """A history that repeats one pair of moves."""
        return self._shown([seen_by(self._seat, *pair, self._game.outcome(*pair))] * rounds)

    def _shown(self, history: Sequence[Past]) -> tuple[ShownRound, ...]:
        """The past rounds as a prompt shows them, forfeits left out and not counted."""
        shown: list[ShownRound] = []
        for mine, theirs, outcome in history:
            if mine is not None and theirs is not None:
                names = self.moves[mine], self._others[theirs]
                shown.append(ShownRound(len(shown) + 1, *names, _OUTCOMES[outcome]))
        return tuple(shown)

    async def _encode(self, shown: tuple[ShownRound, ...]) -> Prompt:
        """The prompt after these rounds. Matches that ask the same at the same time share the work."""
        known = self._prompts.get(shown)
        if known is None:
            if len(self._prompts) >= _MOST_PROMPTS:
                self._prompts.clear()
            known = self._prompts[shown] = asyncio.ensure_future(self._encode_anew(shown))
        return known.result() if known.done() else await asyncio.shield(known)

    async def _encode_anew(self, shown: tuple[ShownRound, ...]) -> Prompt:
        segments = render(self.asking.format, *self._request(shown), self.chat_template)
        return await as_prompt(self._model, segments)

    def _request(self, shown: tuple[ShownRound, ...]) -> tuple[str, str]:
        return self.asking.wording.render(self.moves, self._others, shown, len(shown) + 1)
