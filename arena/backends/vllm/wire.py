"""The JSON that vLLM answers /v1/completions with, as records that can be trusted (arena/backends/remote/answers.py).

Asked for it (`return_tokens_as_token_ids`), it writes a token's id, "token_id:1941", where the OpenAI API has its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from arena.backends.remote.answers import Incomplete, Untrue, by_token, checked_logprob, decoded

_MARK: Final = "token_id:"


class _Logprobs(msgspec.Struct):
    top_logprobs: list[dict[str, float]]


class _OfPrompt(msgspec.Struct):
    logprob: float


class _Choice(msgspec.Struct):
    index: int
    token_ids: list[int]
    finish_reason: Literal["stop", "length", "abort"]
    logprobs: _Logprobs | None = None
    prompt_logprobs: list[dict[str, _OfPrompt] | None] | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]


class _Tokens(msgspec.Struct):
    tokens: list[int]


@dataclass(frozen=True, slots=True)
class Row:
    """The answer to one prompt: the tokens drawn, whether an end token ended them, the log-probabilities of first
    tokens that it tells, and those of the prompt's own tokens but the first, if it was to be scored."""

    tokens: tuple[int, ...]
    was_stopped: bool
    told: dict[int, float]
    scores: tuple[float, ...] = ()


def rows(data: bytes, prompts: Sequence[tuple[int, ...]], size: int, scored: bool = False) -> list[Row]:
    """The answers to prompts by a model of `size` tokens. Raises Incomplete for one that can't be read or lacks
    something, Untrue for one that can't be true."""
    choices = sorted(decoded(_Answer, data).choices, key=lambda choice: choice.index)
    if [choice.index for choice in choices] != list(range(len(prompts))):
        raise Incomplete(f"{len(choices)} answers to {len(prompts)} prompts")
    return [_row(choice, prompt, size, scored) for choice, prompt in zip(choices, prompts, strict=True)]


def tokens(data: bytes) -> tuple[int, ...]:
    """The tokens of a text."""
    return tuple(decoded(_Tokens, data).tokens)


def _row(choice: _Choice, prompt: tuple[int, ...], size: int, scored: bool) -> Row:
    if choice.finish_reason == "abort" or not choice.token_ids:
        raise Incomplete("it was given up")
    first = choice.logprobs.top_logprobs[:1] if choice.logprobs else []
    told = by_token([(_id(name), logprob) for name, logprob in first[0].items()], size) if first else {}
    scores = _scores(prompt, choice.prompt_logprobs) if scored else ()
    return Row(tuple(choice.token_ids), choice.finish_reason == "stop", told, scores)


def _scores(prompt: tuple[int, ...], told: list[dict[str, _OfPrompt] | None] | None) -> tuple[float, ...]:
    if told is None or len(told) != len(prompt):
        raise Incomplete(f"{len(told or ())} log-probabilities of the {len(prompt)} tokens of a text")
    scores = []
    for token, named in zip(prompt[1:], told[1:], strict=True):
        own = (named or {}).get(str(token))
        if own is None:
            raise Untrue(f"it doesn't give the log-probability of a text's token {token}")
        scores.append(checked_logprob(token, own.logprob))
    return tuple(scores)


def _id(name: str) -> int:
    digits = name.removeprefix(_MARK)
    if digits == name or not digits.isascii() or not digits.isdigit():
        raise Incomplete(f"it names a token by its text, {name[:40]!r}, and not by its id")
    return int(digits)
