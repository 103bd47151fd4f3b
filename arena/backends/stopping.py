"""When an answer ends: the stop rule applied to text, token by token. Every backend cuts by this one rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from arena.backends.base import StopRule, Vocabulary
from arena.records import Sample


@lru_cache(maxsize=256)
def _compiled(rule: StopRule) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rule.found), re.compile(rule.closed)


def found(rule: StopRule, text: str) -> re.Match[str] | None:
    """The first match of `found` in an answer's text, if it stands before any closing mark."""
    wanted, closed = _compiled(rule)
    match, end = wanted.search(text), closed.search(text)
    if match and end and end.end() <= match.start():
        return None
    return match


def ending(rule: StopRule, vocabulary: Vocabulary, tokens: Sequence[int]) -> str | None:
    """Why the answer that these tokens spell has ended ("move", "mark", "eos", "length"), or None if it goes on."""
    if tokens and tokens[-1] in vocabulary.ends:
        return "eos"
    text = vocabulary.text(tokens)
    if found(rule, text):
        return "move"
    if _compiled(rule)[1].search(text):
        return "mark"
    return "length" if len(tokens) >= rule.max_tokens else None


def cut(rule: StopRule, vocabulary: Vocabulary, tokens: Sequence[int]) -> Sample:
    """The answer in a longer run of sampled tokens, cut at the token that ends it."""
    for length in range(1, len(tokens) + 1):
        ended = ending(rule, vocabulary, tokens[:length])
        if ended is not None:
            return answer(vocabulary, tokens[:length], ended)
    return answer(vocabulary, tokens, "length")


def answer(vocabulary: Vocabulary, tokens: Sequence[int], ended: str) -> Sample:
    """The sample that these tokens are; an end token is no text."""
    spoken = tokens[:-1] if ended == "eos" else tokens
    return Sample(vocabulary.text(spoken), tuple(tokens), ended)
