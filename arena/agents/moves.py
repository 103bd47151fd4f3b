"""Which tokens count for which move, and which move an answer contains: the definitions of the paper's A.2.1.

A token counts for a move if the canonical tokenisation of one of the move's surface forms (with and without
a leading space; in lower case, capitalised, in capitals) begins with it, or if its text, stripped of space,
quotes and markup, is a surface form followed by a word boundary. A token that fits several moves counts for
none, and neither does one that is only the beginning of a move but is a word of its own (" bath" for
bathroom): it is more likely that word.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from arena.backends.base import StopRule, Vocabulary
from arena.errors import ModelError
from arena.records import Policy

_WRAPPING = " \t\r\n\"'`*_~#()[]{}<>«»“”‘’"

_ROUNDING = 1e-4  # of backends that compute in 32 bits

_BREATH = 16_384  # tokens looked at before the event loop gets a turn

# Words that the moves of the shipped games begin with; they do occur as tokens, because tokenizers cut up capitals.
_OTHER_WORDS = frozenset({"bat", "bath", "close", "he", "head", "kit", "of", "off", "she", "tail"})


def surface_forms(move: str) -> tuple[str, ...]:
    """The ways in which a move is written, without a leading space."""
    return tuple(dict.fromkeys((move.lower(), move.capitalize(), move.upper())))


def stop_rule(moves: Sequence[str], closing: Sequence[str], max_tokens: int) -> StopRule:
    """A move is found at the first surface form that is a whole word; the answer closes at a line break
    after its first word, or at one of the wording's closing marks."""
    forms = [form for move in moves for form in surface_forms(move)]
    found = rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)"
    reach = 2 + max(map(len, (*forms, *closing)))  # with the characters around a form
    return StopRule(found, closing_marks(closing), max_tokens, reach)


def closing_marks(closing: Sequence[str]) -> str:
    """What closes an answer, as a regular expression: a line break after its first word, or one of these marks."""
    # anchored at the beginning of a line, so that a long one is searched only once
    return "|".join([r"(?m:^)[^\w\n]*\w[^\n]*\n", *(re.escape(mark) for mark in closing)])


def parse(moves: Sequence[str], text: str) -> int:
    """The index of the move whose surface form was found in an answer."""
    return [move.lower() for move in moves].index(text.lower())


@dataclass(frozen=True)
class MoveTokens:
    """The token ids that count for each move, in the game's order, and those of the looser rule.

    The looser rule takes every token that is a beginning of any move or begins with one; its mass is given beside the
    other so that a bad fit shows.
    """

    counted: tuple[tuple[int, ...], ...]
    loose: tuple[int, ...]

    @property
    def wanted(self) -> tuple[int, ...]:
        """All ids whose log-probability is needed, ascending."""
        return tuple(sorted({token for move in self.counted for token in move}.union(self.loose)))

    def policy(self, logprobs: Mapping[int, float]) -> Policy:
        """Sum the probabilities per move and renormalise. Without any mass: the uniform policy, with mass 0.

        Raises ModelError for numbers that aren't probabilities, or sum to more than 1.
        """
        sums = [math.fsum(math.exp(logprobs[token]) for token in tokens) for tokens in self.counted]
        total = math.fsum(sums)
        mass, loose = _mass(total), _mass(math.fsum(math.exp(logprobs[token]) for token in self.loose))
        if mass == 0.0:
            return Policy((1.0 / len(sums),) * len(sums), 0.0, loose)
        return Policy(tuple(value / total for value in sums), mass, loose)


def _mass(total: float) -> float:
    """A sum of one distribution's probabilities, which only rounding can raise above 1."""
    if not total <= 1.0 + _ROUNDING:  # also for nan
        raise ModelError(f"the model's probabilities sum to {total:.6g}: its weights or what runs them are damaged")
    return min(1.0, total)


async def move_tokens(
    moves: Sequence[str], vocabulary: Vocabulary, tokenize: Callable[[str], Awaitable[tuple[int, ...]]]
) -> MoveTokens:
    """Find the tokens of each move in a vocabulary; `tokenize` gives a text's canonical tokenisation."""
    counted: list[set[int]] = []
    for move in moves:
        begins = set()
        for form in surface_forms(move):
            for text in (form, f" {form}"):
                first = (await tokenize(text))[0]
                if vocabulary.text((first,)).strip(_WRAPPING).lower() not in _OTHER_WORDS - {move.lower()}:
                    begins.add(first)
        counted.append(begins)
    whole = [re.compile(rf"(?:{'|'.join(map(re.escape, surface_forms(move)))})(?!\w)") for move in moves]
    lower = [move.lower() for move in moves]
    initials = {form.lower()[0] for move in moves for form in surface_forms(move)}
    loose = []
    for token, piece in enumerate(vocabulary.pieces):
        if token % _BREATH == 0:
            await asyncio.sleep(0)  # a large vocabulary takes longer than a screen should wait
        text = piece.decode("utf-8", "replace").strip(_WRAPPING)
        if text[:1].lower()[:1] not in initials:  # most of a large vocabulary
            continue
        for tokens, pattern in zip(counted, whole, strict=True):
            if pattern.match(text):
                tokens.add(token)
        word = text.lower()
        if any(move.startswith(word) or word.startswith(move) for move in lower):
            loose.append(token)
    often = {token for tokens in counted for token in tokens if sum(token in other for other in counted) > 1}
    return MoveTokens(tuple(tuple(sorted(tokens - often)) for tokens in counted), tuple(loose))
