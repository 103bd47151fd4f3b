"""The JSON that SGLang servers answer with, as records that can be trusted (arena/backends/remote/answers.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from arena.backends.base import Vocabulary
from arena.backends.remote.answers import (
    Generated,
    Incomplete,
    Numbers,
    Untrue,
    by_token,
    check_drawn,
    checked_logprob,
    decoded,
    letters,
    numbers,
)
from arena.backends.remote.kinds import PROBE, Kind

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
        return letters(self.vocabulary.text([token for token in tokens if token not in specials])) == letters(PROBE)

    def _answer(self, kind: Kind, prompt: tuple[int, ...], found: _Answer) -> Generated:
        meta, tokens = found.meta_info, tuple(found.output_ids)
        if meta.finish_reason.type == "abort" or not tokens:
            raise Incomplete("it was given up")
        if meta.prompt_tokens != len(prompt) or not 0 <= meta.cached_tokens <= len(prompt):
            raise Untrue(
                f"a prompt of {len(prompt)} tokens is said to have {meta.prompt_tokens}, {meta.cached_tokens} of them "
                "in the cache"
            )
        check_drawn(kind, tokens, meta.finish_reason.type == "length", len(self.vocabulary.pieces))
        if meta.weight_version is not None and self.weight_version not in ("", meta.weight_version):
            raise Untrue(f"its weights are version {meta.weight_version[:40]!r}, and were {self.weight_version[:40]!r}")
        stopped = meta.finish_reason.type == "stop"
        if not self._spell(tokens, stopped, found.text):
            raise Untrue("an answer's text isn't what its tokens spell in the tokenizer that is read here")
        scores = _scores(prompt, meta.input_token_logprobs) if kind.scored else ()
        return Generated(tokens, stopped, len(prompt) - meta.cached_tokens, self._numbers(kind, meta), scores)

    def _spell(self, tokens: tuple[int, ...], stopped: bool, text: str | None) -> bool:
        """Whether these tokens are that text, ignoring spaces, which tokenizers treat differently, and the end token,
        which a server leaves out. Half a character can't be compared."""
        own = self.vocabulary.text(tokens)
        if text is None or text == own or "\N{REPLACEMENT CHARACTER}" in own:
            return True
        said = letters(text)
        return said == letters(own) or (stopped and said == letters(self.vocabulary.text(tokens[:-1])))

    def _numbers(self, kind: Kind, meta: _Meta) -> Numbers:
        wanted = self._told(_first(meta.output_token_ids_logprobs)) if kind.wanted else {}
        top = self._told(_first(meta.output_top_logprobs)) if kind.top else {}
        return numbers(kind, wanted, top, len(self.vocabulary.pieces))

    def _told(self, scores: Sequence[_Scored]) -> dict[int, float]:
        return by_token([(token, logprob) for logprob, token, _ in scores], len(self.vocabulary.pieces))


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
        scores.append(checked_logprob(token, logprob))
    return tuple(scores)


def _first(positions: list[_Position] | None) -> list[_Scored]:
    """The first position's scores."""
    if not positions or positions[0] is None:
        raise Incomplete("no log-probabilities")
    return positions[0]
