"""What a poem's text alone says of its originality: beside people's judgement, and never instead of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from arena.experiments.poems.contest import Lines
from arena.stats import diversity

Words = tuple[str, ...]

_WORD: Final = re.compile(r"\w+(?:['’\-]\w+)*")


def words(lines: Lines) -> Words:
    """The words of some lines in lower case, without punctuation; an apostrophe or a hyphen within a word stays."""
    return tuple(word.replace("’", "'") for line in lines for word in _WORD.findall(line.lower()))


def distinct(text: Words, n: int) -> float | None:
    """Distinct-n (Li et al. 2016): different n-grams of words as a share of all; None if there is no n-gram."""
    return diversity.distinct([text], n)


def longest_shared(text: Words, others: Iterable[Words]) -> int:
    """The length in words of the longest stretch of a text that stands in another one too.

    The text itself may be among the others, once; a second text of the same words shares all of it.
    """
    rest = list(others)
    if text in rest:
        rest.remove(text)
    return max((_longest_common(text, other) for other in rest), default=0)


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest run of words in both."""
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
