"""Whether an answer is a poem of exactly four lines, and which part of it is the poem. docs/poems.md shows examples.

1. Blocks of an answer are separated by empty lines; a line without a letter counts as empty. White space and marks
   around a line (quotes, also of a list of lines, emphasis, a quotation's ">") are left out.
2. What introduces the poem is left out: lines at the beginning that end in a colon or are headings, and then a block
   of one line before another block, which is a title.
3. The next block is the poem. It has exactly four lines, each of at most 100 letters and none an item of a list.
4. After it there may be one more block of one line, an afterword; anything else is more poem, and is rejected.
5. An answer that the limit of tokens has cut is rejected: it might have gone on.

An answer that can't become a poem of four lines any more needn't be finished: `HOPELESS` finds most of these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from arena.experiments.poems.contest import Lines
from arena.records import Sample

LINES: Final = 4

_LONGEST: Final = 100  # letters of a line: what is longer is prose
_LETTER: Final = re.compile(r"[^\W\d_]")
_INTRODUCED: Final = r"\s*#|\s*\*\*[^*]*\*\*\s*$|.*:[\s*_]*$|\s*title\b"
_INTRODUCTION: Final = re.compile(_INTRODUCED, re.IGNORECASE)
_ITEM: Final = re.compile(r"\s*(?:\d+[.):]|[-*+•]\s|(?:line|verse|stanza)\s*\d)", re.IGNORECASE)
_WRITTEN: Final = r"(?>[^\n]*?[^\W\d_])[^\n]*\n"  # a line with a letter
_VERSE: Final = rf"(?!(?im:{_INTRODUCED})){_WRITTEN}"  # one that rule 2 doesn't leave out
_EMPTY: Final = r"(?>(?:(?![^\W\d_])[^\n])*)\n"
_BEGUN: Final = r"[^\n]*?[^\W\d_]"
# five lines of verse in a row, or two, and after an empty line two more lines of any kind
HOPELESS: Final = rf"(?:^|\n){_VERSE}{_VERSE}(?:{_VERSE}{_VERSE}{_BEGUN}|(?:[^\n]*\n)*?{_EMPTY}{_WRITTEN}{_BEGUN})"
# at the end also what follows a quote in a list of lines
_AROUND: Final = re.compile(r"^[\s\"“”*_>`~]+|(?:[\s\"“”*_`~]|(?<=[\"”])[,;])+$")


@dataclass(frozen=True, slots=True)
class FoundPoem:
    """A poem, and where it stands in an answer: from which letter up to which."""

    lines: Lines
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    raw: str
    start: int

    @property
    def text(self) -> str:
        """What it says, without what stands around it; "" for a line that counts as empty."""
        return _AROUND.sub("", self.raw) if _LETTER.search(self.raw) else ""

    @property
    def is_verse(self) -> bool:
        return len(self.text) <= _LONGEST and not _ITEM.match(self.raw)


def read_poem(answer: Sample) -> FoundPoem | None:
    """The poem in an answer, or None if it isn't one of exactly four lines."""
    blocks = _blocks(answer.text) if answer.ended != "length" else []
    while blocks and _INTRODUCTION.match(blocks[0][0].raw):
        blocks = [block for block in (blocks[0][1:], *blocks[1:]) if block]
    if len(blocks) > 1 and len(blocks[0]) == 1:
        blocks = blocks[1:]
    if not blocks:
        return None
    poem, *rest = blocks
    if len(poem) != LINES or len(rest) > 1 or any(len(block) > 1 for block in rest):
        return None
    if not all(line.is_verse for line in poem):
        return None
    return FoundPoem(tuple(line.text for line in poem), poem[0].start, poem[-1].start + len(poem[-1].raw))


def _blocks(answer: str) -> list[list[_Line]]:
    lines, start = [], 0
    for raw in answer.splitlines(keepends=True):
        lines.append(_Line(raw.rstrip("\r\n"), start))
        start += len(raw)
    return [list(block) for written, block in groupby(lines, key=lambda line: bool(line.text)) if written]
