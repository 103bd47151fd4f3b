"""A language model that states a distribution over its moves, from which its move is drawn: verbalised sampling (Zhang
and others 2025, Verbalized Sampling).

The model writes one number per move, in percent or any other unit. They are normalised, and the move is drawn from them
with a draw of its own. A reader sees the distribution that was stated, and not that draw.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from arena.agents.agent import Sees, View
from arena.agents.asking import Asking
from arena.agents.bots import draw_move
from arena.agents.encoding import chat_template
from arena.agents.moves import closing_marks, surface_forms
from arena.agents.prompting import Prompter
from arena.backends.base import Draw, LanguageModel, Request, StopRule
from arena.backends.stopping import found
from arena.blocks import block_of
from arena.concurrency import aside
from arena.games import Game
from arena.prompts.formats import render
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Seat

_TOKENS: Final = 12  # per move: a number, a mark and the next move take about half of them
_NUMBER: Final = r"(\d{1,9}(?:\.\d{1,9})?)"
_ZERO: Final = r"0{1,9}(?:\.0{1,9})?"
_WHOLE: Final = r"(?=[^\d.]|\.\D)"  # no digit is missing
_GAP: Final = r"[^\w\n]{0,8}"  # punctuation, which models put between a move and its number
_BETWEEN: Final = rf"{_GAP}(?:(?:%|percent|per cent){_GAP})?(?:and {_GAP})?"  # between a number and the next move


class StatingAgent:
    """`llm:MODEL` in one seat of one game, asked for a distribution. Its policy is what it says in a round, so it has
    none to show at other histories."""

    sees: Final = Sees.MOVES

    def __init__(self, name: str, model: LanguageModel, game: Game, seat: Seat, asking: Asking) -> None:
        self.name = name
        self.asking = asking
        self._prompter = Prompter(model, game, seat, asking)
        self._model = model
        moves = [self._prompter.moves[place] for place in self._prompter.listed]
        self._stop = statement_rule(moves)

    @classmethod
    async def make(cls, name: str, model: LanguageModel, game: Game, seat: Seat, asking: Asking) -> StatingAgent:
        """Take a seat. Raises InputError for a format that the model doesn't have."""
        await aside(render, asking.format, "", "", chat_template(model))  # so that no round waits for it
        return cls(name, model, game, seat, asking)

    async def decide(self, view: View) -> Decision:
        """Ask the model for a distribution, and draw from it. Without a valid one the uniform policy stands in, with
        mass 0, and the round is forfeited or the move drawn from that. Raises ModelError if the model fails."""
        prompt = await self._prompter.encode(self._prompter.shown(view.history))
        request = Request(
            tokens=prompt.tokens,
            wanted=(),
            stop=self._stop,
            sampling=self.asking.sampling,
            draw=Draw(view.seed, self.asking.attempts),
            top=0,
            depth=view.number,
            block=block_of(view.match),
        )
        answers = (await self._model.complete(request)).answers
        policy = self._policy(answers[-1].text)
        move = None
        if policy.mass or self.asking.fallback:
            move = draw_move(policy, float(uniforms(stream(view.seed, "stated"), 1)[0]))
        return Decision(policy, move, answers, prompt)

    def _policy(self, text: str) -> Policy:
        listed = self._prompter.listed
        stated = found(self._stop, text)
        if stated is None:
            return Policy((1.0 / len(listed),) * len(listed), 0.0, 0.0)
        values = stated_distribution(stated)
        return Policy(tuple(values[listed.index(move)] for move in range(len(listed))))

    async def longest(self, rounds: int) -> int:
        """The most tokens that a match of `rounds` rounds can need: its last prompt and the answer to it."""
        return await self._prompter.longest(rounds) + self._stop.max_tokens


def statement_rule(moves: Sequence[str]) -> StopRule:
    """When an answer has stated a number for each of the moves, in this order, one of them above 0. The first move is
    the prompt's last word, so the answer begins with its number. An answer that can't become a statement any more ends
    at once: small models write many, and hardly any part of them would be of use."""
    names = ["|".join(map(re.escape, surface_forms(move))) for move in moves[1:]]
    numbers, zeros = (
        rf"{_GAP}{number}" + "".join(rf"{_BETWEEN}(?:{name})(?!\w){_GAP}{number}" for name in names) + _WHOLE
        for number in (_NUMBER, _ZERO)
    )
    lost = rf"\A(?!{_begun(moves)}\Z)[\s\S]"
    return StopRule(rf"\A(?!{zeros}){numbers}", f"{closing_marks(())}|{lost}", _TOKENS * len(moves))


def _begun(moves: Sequence[str]) -> str:
    """What may become a statement, as a regular expression."""
    number = r"(?:\d{1,9}(?:\.\d{0,9})?)?"
    unit = rf"(?:(?:%|percent|per cent){_GAP})?"
    cut = f"(?:{_cut('percent')}|{_cut('per cent')}|{_cut('and')})"
    pattern = _GAP + number
    for move in reversed(moves[1:]):
        forms = surface_forms(move)
        names, cuts = "|".join(map(re.escape, forms)), "|".join(map(_cut, forms))
        ends = rf"{_GAP}{unit}(?:and {_GAP})?(?:{cuts})|{_GAP}{unit}{cut}"
        pattern = rf"{_GAP}(?:{number}|{_NUMBER}(?:{ends}|{_BETWEEN}(?:{names})(?!\w){pattern}))"
    return f"(?:{pattern})"


def _cut(word: str) -> str:
    """A word or its beginning, or nothing."""
    return "".join(f"(?:{re.escape(letter)}" for letter in word) + ")?" * len(word)


def stated_distribution(match: re.Match[str]) -> tuple[float, ...]:
    """The probabilities in a statement, in its order; they sum to 1."""
    numbers = [float(number) for number in match.groups()]
    total = math.fsum(numbers)
    return tuple(number / total for number in numbers)
