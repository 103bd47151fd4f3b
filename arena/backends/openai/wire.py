"""The JSON that llama.cpp's server answers /completion with, as records that can be trusted
(arena/backends/remote/answers.py).

It is the server's own form. The OpenAI API's, at /v1/completions, doesn't name all tokens that were drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import msgspec

from arena.backends.remote.answers import Incomplete, Untrue, by_token, checked_logprob, decoded


class _Shown(msgspec.Struct):
    """A token of a distribution: with its probability where sampling has taken place, else with its logarithm."""

    id: int
    prob: float | None = None
    logprob: float | None = None


class _Spelled(_Shown):
    bytes: list[Annotated[int, msgspec.Meta(ge=0, le=255)]] = []


class _First(msgspec.Struct):
    top_probs: list[_Shown] = []
    top_logprobs: list[_Shown] = []


class _FirstSpelled(msgspec.Struct):
    top_probs: list[_Spelled] = []
    top_logprobs: list[_Spelled] = []


class _Answer(msgspec.Struct):
    index: int
    tokens: list[int]
    stop_type: Literal["eos", "limit", "word", "none"]
    completion_probabilities: list[_First] = []


class _SpelledAnswer(msgspec.Struct):
    completion_probabilities: list[_FirstSpelled]


@dataclass(frozen=True, slots=True)
class Row:
    """The answer to one prompt: the tokens drawn, whether an end token ended them, and the log-probabilities of the
    likeliest first tokens, in order. `sampled`: they are those of the setting that was played, else of the raw
    distribution. None are shown if the first token is part of a character only."""

    tokens: tuple[int, ...]
    was_stopped: bool
    shown: dict[int, float]
    sampled: bool

    def without_lift(self, token: int, lift: float) -> Row:
        """Of a whole distribution, what it would be if a token's logit weren't higher, after temperature, by `lift`."""
        shown = self.shown | {token: self.shown[token] - lift}
        weight = math.fsum(map(math.exp, shown.values()))
        if weight <= 0.0:
            raise Untrue("no token has any probability")
        total = math.log(weight)
        order = sorted(shown, key=shown.__getitem__, reverse=True)
        return replace(self, shown={token: shown[token] - total for token in order})


def rows(data: bytes, count: int, size: int) -> list[Row]:
    """The answers to `count` prompts by a model of `size` tokens, in the prompts' order. Raises Incomplete for one that
    can't be read or lacks something, Untrue for one that can't be true."""
    found = decoded(list[_Answer] | _Answer, data)  # type: ignore[arg-type]
    answers = sorted(found if isinstance(found, list) else [found], key=lambda answer: answer.index)
    if [answer.index for answer in answers] != list(range(count)):
        raise Incomplete(f"{len(answers)} answers to {count} prompts")
    return [_row(answer, size) for answer in answers]


def pieces(data: bytes, size: int) -> list[bytes]:
    """The bytes of each of `size` tokens, from an answer to one prompt that shows its whole distribution; special ones
    have none. Raises Incomplete for less."""
    found = decoded(list[_SpelledAnswer] | _SpelledAnswer, data)  # type: ignore[arg-type]
    (answer,) = found if isinstance(found, list) else [found]
    told = [token for first in answer.completion_probabilities[:1] for token in first.top_probs or first.top_logprobs]
    spelled = {token.id: bytes(token.bytes) for token in told}
    if spelled.keys() != set(range(size)):
        raise Incomplete(f"it names {len(spelled)} tokens of {size}")
    return [spelled[token] for token in range(size)]


def _row(answer: _Answer, size: int) -> Row:
    if not answer.tokens:
        raise Incomplete("it was given up")
    first = answer.completion_probabilities[0] if answer.completion_probabilities else _First()
    shown = by_token([(token.id, _logprob(token)) for token in first.top_probs or first.top_logprobs], size)
    return Row(tuple(answer.tokens), answer.stop_type == "eos", shown, bool(first.top_probs))


def _logprob(token: _Shown) -> float:
    if token.prob is not None:
        if token.prob < 0.0:
            raise Untrue(f"the probability of token {token.id} is {token.prob:g}")
        return checked_logprob(token.id, math.log(token.prob)) if token.prob else -math.inf
    if token.logprob is None:
        raise Incomplete("a token without a probability")
    return checked_logprob(token.id, token.logprob)
