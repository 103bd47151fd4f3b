"""The JSON that llama.cpp's server answers /v1/completions with, as records that can be trusted
(arena/backends/remote/answers.py).

The OpenAI API names tokens by their texts, and several tokens may have one text. This server names them by their ids
too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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


class _Drawn(msgspec.Struct):
    id: int
    top_probs: list[_Shown] = []
    top_logprobs: list[_Shown] = []


class _Logprobs(msgspec.Struct):
    content: list[_Drawn]


class _Choice(msgspec.Struct):
    index: int
    finish_reason: Literal["stop", "length"]
    logprobs: _Logprobs | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]


class _SpelledDrawn(msgspec.Struct):
    id: int
    top_probs: list[_Spelled] = []
    top_logprobs: list[_Spelled] = []


class _SpelledLogprobs(msgspec.Struct):
    content: list[_SpelledDrawn]


class _SpelledChoice(msgspec.Struct):
    logprobs: _SpelledLogprobs


class _SpelledAnswer(msgspec.Struct):
    choices: list[_SpelledChoice]


@dataclass(frozen=True, slots=True)
class Row:
    """The answer to one prompt: the tokens drawn, whether an end token ended them, and the log-probabilities of the
    likeliest first tokens, in order. `sampled`: they are those of the setting that was played, else of the raw
    distribution."""

    tokens: tuple[int, ...]
    was_stopped: bool
    shown: dict[int, float]
    sampled: bool


def rows(data: bytes, count: int, size: int) -> list[Row]:
    """The answers to `count` prompts by a model of `size` tokens, in the prompts' order. Raises Incomplete for one that
    can't be read or lacks something, Untrue for one that can't be true."""
    choices = sorted(decoded(_Answer, data).choices, key=lambda choice: choice.index)
    if [choice.index for choice in choices] != list(range(count)):
        raise Incomplete(f"{len(choices)} answers to {count} prompts")
    return [_row(choice, size) for choice in choices]


def whole(data: bytes, size: int) -> tuple[Row, list[bytes]]:
    """The answer to one prompt that shows its whole distribution, and the bytes of each of `size` tokens; special ones
    have none. Raises Incomplete for less, Untrue for what can't be true."""
    (row,) = rows(data, 1, size)
    drawn = decoded(_SpelledAnswer, data).choices[0].logprobs.content[0]
    pieces = {token.id: bytes(token.bytes) for token in drawn.top_probs or drawn.top_logprobs}
    if len(row.shown) < size:
        raise Incomplete(f"it names {len(row.shown)} tokens of {size}")
    return row, [pieces[token] for token in range(size)]


def _row(choice: _Choice, size: int) -> Row:
    if choice.logprobs is None or not choice.logprobs.content:
        raise Incomplete("no log-probabilities")
    drawn = choice.logprobs.content
    shown = by_token([(token.id, _logprob(token)) for token in drawn[0].top_probs or drawn[0].top_logprobs], size)
    tokens = tuple(token.id for token in drawn)
    return Row(tokens, choice.finish_reason == "stop", shown, bool(drawn[0].top_probs))


def _logprob(token: _Shown) -> float:
    if token.prob is not None:
        if token.prob < 0.0:
            raise Untrue(f"the probability of token {token.id} is {token.prob:g}")
        return checked_logprob(token.id, math.log(token.prob)) if token.prob else -math.inf
    if token.logprob is None:
        raise Incomplete("a token without a probability")
    return checked_logprob(token.id, token.logprob)
