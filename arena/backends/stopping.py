"""When an answer ends: the stop rule applied to text, token by token. Every backend cuts answers by this one rule."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from functools import lru_cache

from arena.backends.base import StopRule, Vocabulary
from arena.records import Sample


@lru_cache(maxsize=256)
def _compiled(rule: StopRule) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rule.found), re.compile(rule.closed)


def found(rule: StopRule, text: str, start: int = 0) -> re.Match[str] | None:
    """The first match of `found` in an answer's text, if it comes before any closing mark. The search begins at
    `start`."""
    wanted, closed = _compiled(rule)
    match, end = wanted.search(text, start), closed.search(text, start)
    if match and end and end.end() <= match.start():
        return None
    return match


def ending(rule: StopRule, vocabulary: Vocabulary, tokens: Sequence[int]) -> str | None:
    """Why the answer that these tokens spell has ended ("move", "mark", "eos", "length"), or None if it goes on."""
    if tokens and tokens[-1] in vocabulary.ends:
        return "eos"
    return _ending(rule, vocabulary.text(tokens), len(tokens))


def _ending(rule: StopRule, text: str, length: int, start: int = 0) -> str | None:
    if found(rule, text, start):
        return "move"
    if _compiled(rule)[1].search(text, start):
        return "mark"
    return "length" if length >= rule.max_tokens else None


class Growing:
    """An answer that grows by one token at a time, and reports what `ending` would say of all its tokens so far.

    Each token is decoded once. While nothing has matched, a new match must involve new text: if the rule has a
    `reach`, only that much of the older text is searched again, and a line from its beginning when it ends.
    """

    def __init__(self, rule: StopRule, vocabulary: Vocabulary) -> None:
        self._rule = rule
        self._vocabulary = vocabulary
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""  # without the bytes at the end that are not a whole character yet
        self._length = 0

    def add(self, token: int) -> str | None:
        """Why the answer has ended with this token ("move", "mark", "eos", "length"), or None if it goes on."""
        self._length += 1
        if token in self._vocabulary.ends:
            return "eos"
        before = self._text
        self._text += self._decoder.decode(self._vocabulary.pieces[token])
        begun, _ = self._decoder.getstate()
        text = self._text + begun.decode("utf-8", "replace")
        return _ending(self._rule, text, self._length, self._start(before, text))

    def _start(self, before: str, text: str) -> int:
        """The first place where a match may begin that the text before didn't have."""
        if self._rule.reach is None:
            return 0
        start = max(0, len(before) - self._rule.reach)
        if "\n" in text[len(before) :]:
            start = min(start, before.rfind("\n") + 1)
        return start


def cut(rule: StopRule, vocabulary: Vocabulary, tokens: Sequence[int]) -> Sample:
    """The answer at the start of a longer series of sampled tokens, cut at the token that ends it."""
    growing = Growing(rule, vocabulary)
    for length, token in enumerate(tokens, start=1):
        ended = growing.add(token)
        if ended is not None:
            return answer(vocabulary, tokens[:length], ended)
    return answer(vocabulary, tokens, "length")


def answer(vocabulary: Vocabulary, tokens: Sequence[int], ended: str) -> Sample:
    """These tokens as a sample; an end token adds no text."""
    spoken = tokens[:-1] if ended == "eos" else tokens
    return Sample(vocabulary.text(spoken), tuple(tokens), ended)
