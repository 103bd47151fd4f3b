"""The JSON of a server as records that can be trusted: every number is checked at this border.

A server is a stranger, and an impossible distribution would silently give a wrong result. Parts that an answer lacks
may come with the next try (`Incomplete`); an answer that can't be true is refused at once (`Untrue`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeVar

import msgspec

from arena.backends.base import Vocabulary
from arena.backends.sglang.kinds import PROBE, Kind
from arena.records import TokenProbability

# How far a sum of probabilities may exceed 1, and a log-probability 0: a server computes in 32 bits, whose rounding
# adds up to some 1e-6 in a softmax over a large vocabulary.
ROUNDING: Final = 1e-4

T = TypeVar("T")

_MOST_SHOWN = 200  # letters of what is wrong


class Incomplete(Exception):
    """An answer can't be read, or lacks something that was asked for."""


class Untrue(Exception):
    """An answer that can't be true."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The log-probabilities of the tokens asked for, in order, of the most probable ones, and of both by token."""

    logprobs: tuple[float, ...]
    top: tuple[TokenProbability, ...]
    told: Mapping[int, float]


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


# --- answers ---

_Scored = tuple[float, int, str | None]  # log-probability, token, text
_Position = list[_Scored] | None
_OfPrompt = tuple[float | None, int, str | None]  # the same for a prompt's token; nothing is known about the first


class _Finish(msgspec.Struct):
    type: Literal["stop", "length", "abort"]


class _Meta(msgspec.Struct):
    prompt_tokens: int
    finish_reason: _Finish
    cached_tokens: int = 0
    weight_version: str | None = None
    input_token_logprobs: list[_OfPrompt] | None = None
    output_token_ids_logprobs: list[_Position] | None = None
    output_top_logprobs: list[_Position] | None = None


class _Answer(msgspec.Struct):
    output_ids: list[int]
    meta_info: _Meta
    text: str | None = None


class _Spelling(msgspec.Struct):
    input_token_logprobs: list[_OfPrompt]


class _Spelled(msgspec.Struct):
    meta_info: _Spelling


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the answers of servers of one model: what they may say depends on its vocabulary, and on the version of its
    weights, if it has one."""

    vocabulary: Vocabulary
    weight_version: str = ""

    def answers(self, kind: Kind, prompts: Sequence[tuple[int, ...]], data: bytes) -> list[Generated]:
        """A server's answers to some prompts.

        Raises Incomplete for an answer that can't be read or lacks something that was asked for, Untrue for one that
        can't be true.
        """
        found = decoded(list[_Answer], data)
        if len(found) != len(prompts):
            raise Incomplete(f"{len(found)} answers to {len(prompts)} prompts")
        return [self._answer(kind, prompt, one) for prompt, one in zip(prompts, found, strict=True)]

    def spells_alike(self, data: bytes) -> bool:
        """Whether a server's tokens for the probe spell it here too. Special tokens around it don't matter."""
        tokens = [token for _, token, _ in decoded(_Spelled, data).meta_info.input_token_logprobs]
        if not all(0 <= token < len(self.vocabulary.pieces) for token in tokens):
            return False
        specials = set(self.vocabulary.specials.values())
        return _letters(self.vocabulary.text([token for token in tokens if token not in specials])) == _letters(PROBE)

    def _answer(self, kind: Kind, prompt: tuple[int, ...], found: _Answer) -> Generated:
        meta, tokens = found.meta_info, tuple(found.output_ids)
        if meta.finish_reason.type == "abort" or not tokens:
            raise Incomplete("it was given up")
        if meta.prompt_tokens != len(prompt) or not 0 <= meta.cached_tokens <= len(prompt):
            raise Untrue(
                f"a prompt of {len(prompt)} tokens is said to have {meta.prompt_tokens}, {meta.cached_tokens} of them "
                "in the cache"
            )
        if len(tokens) > kind.count or (len(tokens) < kind.count and meta.finish_reason.type == "length"):
            raise Untrue(f"an answer has {len(tokens)} tokens, and {kind.count} were asked for")
        if meta.weight_version is not None and self.weight_version not in ("", meta.weight_version):
            raise Untrue(f"its weights are version {meta.weight_version[:40]!r}, and were {self.weight_version[:40]!r}")
        self._check_tokens(tokens)
        if excluded := set(kind.without).intersection(tokens):
            raise Untrue(f"it draws token {min(excluded)}, which was excluded")
        stopped = meta.finish_reason.type == "stop"
        if not self._spell(tokens, stopped, found.text):
            raise Untrue("an answer's text isn't what its tokens spell in the tokenizer that is read here")
        scores = _scores(prompt, meta.input_token_logprobs) if kind.scored else ()
        return Generated(tokens, stopped, len(prompt) - meta.cached_tokens, self._numbers(kind, meta), scores)

    def _check_tokens(self, tokens: Collection[int]) -> None:
        size = len(self.vocabulary.pieces)
        if tokens and not 0 <= min(tokens) <= max(tokens) < size:
            strange = next(token for token in tokens if not 0 <= token < size)
            raise Untrue(f"it names token {strange}, and the model's ids go from 0 to {size - 1}")

    def _spell(self, tokens: tuple[int, ...], stopped: bool, text: str | None) -> bool:
        """Whether these tokens are that text, ignoring spaces, which tokenizers treat differently, and the end token,
        which a server leaves out. Half a character can't be compared."""
        own = self.vocabulary.text(tokens)
        if text is None or text == own or "\N{REPLACEMENT CHARACTER}" in own:
            return True
        said = _letters(text)
        return said == _letters(own) or (stopped and said == _letters(self.vocabulary.text(tokens[:-1])))

    def _numbers(self, kind: Kind, meta: _Meta) -> Numbers:
        wanted = self._told(_first(meta.output_token_ids_logprobs)) if kind.wanted else {}
        top = self._told(_first(meta.output_top_logprobs)) if kind.top else {}
        if wanted.keys() != set(kind.wanted):
            raise Incomplete("it gives other tokens than those asked for")
        if len(top) != min(kind.top, len(self.vocabulary.pieces)):
            raise Incomplete(f"it gives {len(top)} most probable tokens, and {kind.top} were asked for")
        if any(abs(wanted[token] - top[token]) > ROUNDING for token in wanted.keys() & top.keys()):
            raise Untrue("it gives two log-probabilities for one token")
        told = wanted | top
        total = math.fsum(map(math.exp, told.values()))
        if total > 1 + ROUNDING:
            raise Untrue(f"the probabilities of {len(told)} tokens sum to {total:.6g}")
        _check_order([*top.values()], [wanted[token] for token in wanted.keys() - top.keys()])
        return Numbers(
            tuple(map(wanted.__getitem__, kind.wanted)),
            tuple(TokenProbability(token, logprob) for token, logprob in top.items()),
            told,
        )

    def _told(self, scores: Sequence[_Scored]) -> dict[int, float]:
        """Log-probabilities by token, in order, each of them checked."""
        told = {token: logprob for logprob, token, _ in scores}
        self._check_tokens(told)
        if len(told) < len(scores):
            raise Untrue("it gives a token twice")
        if told and max(told.values()) > 0.0:
            told = {token: _logprob(token, told[token]) for token in told}
        return told


def _logprob(token: int, told: float) -> float:
    """A log-probability, checked: only rounding can raise it above 0."""
    if told > ROUNDING:
        raise Untrue(f"the log-probability of token {token} is {told:g}")
    return min(0.0, told)


def _scores(prompt: tuple[int, ...], told: list[_OfPrompt] | None) -> tuple[float, ...]:
    """The log-probabilities of a prompt's tokens but the first."""
    if told is None or len(told) != len(prompt):
        raise Incomplete(f"{len(told or ())} log-probabilities of the {len(prompt)} tokens of a text")
    scores = []
    for token, (logprob, named, _) in zip(prompt[1:], told[1:], strict=True):
        if named != token:
            raise Untrue(f"it gives the log-probability of token {named} where the text has token {token}")
        if logprob is None:
            raise Incomplete(f"no log-probability of a text's token {token}")
        scores.append(_logprob(token, logprob))
    return tuple(scores)


def _check_order(top: list[float], others: list[float]) -> None:
    """Check that the likeliest come first, and that no other is likelier."""
    if top and (
        any(late > early + ROUNDING for early, late in pairwise(top))
        or max(others, default=-math.inf) > top[-1] + ROUNDING
    ):
        raise Untrue("what it calls the most probable tokens are not")


def _first(positions: list[_Position] | None) -> list[_Scored]:
    """The first position's scores."""
    if not positions or positions[0] is None:
        raise Incomplete("no log-probabilities")
    return positions[0]


def _letters(text: str) -> str:
    return "".join(text.split())


def decoded(form: type[T], data: bytes) -> T:
    """JSON decoded as `form`. Raises Incomplete for anything else."""
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # the last for JSON nested too deep
        raise Incomplete(str(error)[:_MOST_SHOWN]) from error
