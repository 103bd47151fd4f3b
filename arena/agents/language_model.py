"""A language model in a seat: it is asked once per round, its next-token distribution is its policy, and its answer is
parsed for its move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from msgspec.structs import replace

from arena.agents.agent import Past, Position, Sees, View
from arena.agents.asking import Asking
from arena.agents.bots import draw_move
from arena.agents.bounds import PolicyBounds
from arena.agents.encoding import chat_template
from arena.agents.moves import MoveTokens, move_tokens, parse, stop_rule
from arena.agents.prompting import Prompter, Shown
from arena.backends.base import Completion, Draw, LanguageModel, Request, StopRule
from arena.backends.stopping import found
from arena.blocks import block_of
from arena.concurrency import aside
from arena.games import Game
from arena.prompts.formats import render
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Prompt, Sample, Seat

_MOST_POLICIES: Final = 4096  # remembered


@dataclass(frozen=True, slots=True)
class Look:
    """What a model would do: its prompt, an answer, and its policy, or the bounds on it that its server allows."""

    prompt: Prompt
    answer: Sample
    policy: Policy | None
    bounds: PolicyBounds | None


class LanguageModelAgent:
    """`llm:MODEL` in one seat of one game, where its moves are `moves`; `tokens` are those that count for each move."""

    sees: Final = Sees.MOVES

    def __init__(
        self, name: str, model: LanguageModel, game: Game, seat: Seat, asking: Asking, tokens: MoveTokens
    ) -> None:
        self.name = name
        self.asking = asking
        self.tokens = tokens
        self.vocabulary = model.vocabulary
        self._prompter = Prompter(model, game, seat, asking)
        self.moves = self._prompter.moves
        self.chat_template = self._prompter.chat_template
        self._model = model
        self._stop = stop_rule(self.moves, asking.wording.closing, asking.max_tokens)
        self._wanted = tokens.wanted
        self._policies: dict[Shown, Policy] = {}  # those that were asked for alone

    @classmethod
    async def make(cls, name: str, model: LanguageModel, game: Game, seat: Seat, asking: Asking) -> LanguageModelAgent:
        """Find the tokens that count for each move, and take a seat. Raises InputError for a setting that the model
        doesn't support."""
        model.check(asking.sampling)
        await aside(render, asking.format, "", "", chat_template(model))  # so that no round waits for it
        moves = asking.renaming.shown(game.moves_of(seat))
        known = model.vocabulary.worked_out
        if moves not in known:  # looking at the whole vocabulary takes a tenth of a second
            known[moves] = await move_tokens(moves, model.vocabulary, partial(model.tokenize, specials=False))
        return cls(name, model, game, seat, asking, known[moves])

    def request(self, history: Sequence[Past]) -> tuple[str, str]:
        """The request after these rounds and the answer's opening, without a format around them."""
        return self._prompter.request(self._prompter.shown(history))

    @property
    def model(self) -> LanguageModel:
        """The model that is asked."""
        return self._model

    @property
    def stop(self) -> StopRule:
        """When an answer ends."""
        return self._stop

    @property
    def wanted(self) -> tuple[int, ...]:
        """The tokens whose log-probabilities make a policy."""
        return self._wanted

    async def prompt(self, history: Sequence[Past]) -> Prompt:
        """The prompt after these rounds, as the model reads it."""
        return await self._prompter.encode(self._prompter.shown(history))

    def policy_of(self, completion: Completion) -> Policy:
        """The policy in a model's answer to a request for `wanted`."""
        return self._policy(completion)

    async def policy(self, position: Position) -> Policy:
        """Ask the model for its next-token distribution alone. Raises ModelError if it fails.

        A reader that looks ahead asks for the same ones in match after match, so they are kept.
        """
        shown = self._prompter.shown(position.history)
        known = self._policies.get(shown)
        if known is None:
            known, _ = await self.read(position)
            if len(self._policies) >= _MOST_POLICIES:
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

    async def look(self, view: View) -> Look:
        """Ask the model for its policy, or for bounds on it if its server tells no more, and for an answer. Raises
        ModelError if it fails."""
        prompt, completion = await self._ask(view, Draw(view.seed, self.asking.attempts), bounded=True)
        prompt = replace(prompt, top=completion.top)
        if completion.hidden is None:
            return Look(prompt, completion.answers[-1], self._policy(completion), None)
        told = dict(zip(self._wanted, completion.logprobs, strict=True))
        return Look(prompt, completion.answers[-1], None, PolicyBounds.of(self.tokens, told, completion.hidden))

    async def _ask(self, position: Position, draw: Draw | None, bounded: bool = False) -> tuple[Prompt, Completion]:
        prompt = await self._prompter.encode(self._prompter.shown(position.history))
        request = Request(
            tokens=prompt.tokens,
            wanted=self._wanted,
            stop=self._stop,
            sampling=self.asking.sampling,
            draw=draw,
            depth=position.number,
            block=block_of(position.match),
            bounded=bounded,
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
        return await self._prompter.longest(rounds) + self.asking.max_tokens
