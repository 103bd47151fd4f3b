"""A server's answers as records that can be trusted: every number is checked at this border.

A server is a stranger, and an impossible distribution would silently give a wrong result. Parts that an answer lacks
may come with the next try (`Incomplete`); an answer that can't be true is refused at once (`Untrue`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, TypeVar

import msgspec

from arena.backends.base import Hidden
from arena.backends.remote.kinds import Kind
from arena.records import TokenProbability

# How far a sum of probabilities may exceed 1, and a log-probability 0: a server computes in 32 bits, whose rounding
# adds up to some 1e-6 in a softmax over a large vocabulary.
ROUNDING: Final = 1e-4

# How far the probabilities of all tokens may sum to something else than 1, where a server tells some of them: llama.cpp
# adds up a vocabulary in 32 bits, which over SmolLM2's 49,152 tokens gave 1.00013.
SLACK: Final = 1e-3

T = TypeVar("T")

_MOST_SHOWN = 200  # letters of what is wrong


class Incomplete(Exception):
    """An answer can't be read, or lacks something that was asked for."""


class Forgot(Incomplete):
    """A token was drawn that was excluded."""


class Untrue(Exception):
    """An answer that can't be true."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The log-probabilities of the tokens asked for, in order, of the most probable ones, and of both by token; what is
    hidden, if a server tells the likeliest ones alone."""

    logprobs: tuple[float, ...]
    top: tuple[TokenProbability, ...]
    told: Mapping[int, float]
    hidden: Hidden | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """The answer to one prompt: the tokens sampled, whether one that the server knows as an end token ended them, how
    many of the prompt's tokens were evaluated, the first position's numbers, and the log-probabilities of the prompt's
    own tokens but the first, if it was to be scored."""

    tokens: tuple[int, ...]
    was_stopped: bool
    evaluated: int
    numbers: Numbers
    scores: tuple[float, ...] = ()


def decoded(form: type[T], data: bytes) -> T:
    """JSON decoded as `form`. Raises Incomplete for anything else."""
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # the last for JSON nested too deep
        raise Incomplete(str(error)[:_MOST_SHOWN]) from error


def numbers(kind: Kind, wanted: Mapping[int, float], top: Mapping[int, float], size: int) -> Numbers:
    """What was asked for, from the log-probabilities of the tokens wanted and of the likeliest ones of `size` tokens,
    the latter in the server's order. Raises Incomplete for too few, Untrue for numbers that can't be true."""
    if wanted.keys() != set(kind.wanted):
        raise Incomplete("it gives other tokens than those asked for")
    if len(top) != min(kind.top, size):
        raise Incomplete(f"it gives {len(top)} most probable tokens, and {kind.top} were asked for")
    if any(abs(wanted[token] - top[token]) > ROUNDING for token in wanted.keys() & top.keys()):
        raise Untrue("it gives two log-probabilities for one token")
    told = {**wanted, **top}
    total = math.fsum(map(math.exp, told.values()))
    if total > 1 + ROUNDING:
        raise Untrue(f"the probabilities of {len(told)} tokens sum to {total:.6g}")
    _check_order([*top.values()], [wanted[token] for token in wanted.keys() - top.keys()])
    return Numbers(
        tuple(map(wanted.__getitem__, kind.wanted)),
        tuple(TokenProbability(token, logprob) for token, logprob in top.items()),
        told,
    )


def likeliest(kind: Kind, top: Mapping[int, float], size: int) -> Numbers:
    """What was asked for, where only the likeliest of `size` tokens are told: of the others the bounds are known."""
    found = numbers(replace(kind, wanted=()), {}, top, size)
    shown = math.fsum(map(math.exp, top.values()))
    hidden = Hidden(min(1.0, max(0.0, 1.0 - shown) + SLACK), math.exp(min(top.values())))
    return replace(found, logprobs=tuple(top.get(token, -math.inf) for token in kind.wanted), hidden=hidden)


def by_token(scores: Collection[tuple[int, float]], size: int) -> dict[int, float]:
    """Log-probabilities by token, in order, each of them checked."""
    told = dict(scores)
    check_tokens(told, size)
    if len(told) < len(scores):
        raise Untrue("it gives a token twice")
    if told and max(told.values()) > 0.0:
        told = {token: checked_logprob(token, told[token]) for token in told}
    return told


def check_tokens(tokens: Collection[int], size: int) -> None:
    """Raise Untrue for a token that isn't among the `size` tokens of the model."""
    if tokens and not 0 <= min(tokens) <= max(tokens) < size:
        strange = next(token for token in tokens if not 0 <= token < size)
        raise Untrue(f"it names token {strange}, and the model's ids go from 0 to {size - 1}")


def check_drawn(kind: Kind, tokens: tuple[int, ...], was_cut: bool, size: int) -> None:
    """Raise Untrue for sampled tokens that weren't asked for, Forgot for those that were excluded. `was_cut`: they were
    ended because there were enough.

    Answers without an excluded token are as good as if none could have been drawn, whether or not the server heeds what
    is excluded: what is drawn until it is none of these tokens has the distribution of the others.
    """
    if len(tokens) > kind.count or (len(tokens) < kind.count and was_cut):
        raise Untrue(f"an answer has {len(tokens)} tokens, and {kind.count} were asked for")
    check_tokens(tokens, size)
    if excluded := set(kind.without).intersection(tokens):
        raise Forgot(f"it draws token {min(excluded)}, which was excluded")


def checked_logprob(token: int, told: float) -> float:
    """A log-probability: only rounding can raise it above 0."""
    if told > ROUNDING:
        raise Untrue(f"the log-probability of token {token} is {told:g}")
    return min(0.0, told)


def letters(text: str) -> str:
    """A text without spaces, which tokenizers treat differently."""
    return "".join(text.split())


def _check_order(top: list[float], others: list[float]) -> None:
    """Check that the likeliest come first, and that no other is likelier."""
    if top and (
        any(late > early + ROUNDING for early, late in pairwise(top))
        or max(others, default=-math.inf) > top[-1] + ROUNDING
    ):
        raise Untrue("what it calls the most probable tokens are not")
