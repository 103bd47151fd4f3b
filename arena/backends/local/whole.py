"""Each prompt on its own, whole, by the library's plainest call: right for every model, and slow.

For models whose prompts can't share cells. The prefix tree still plans as if they did; each prompt that it wants is
evaluated from its first token.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Path, Row
from arena.backends.local.library import Library
from arena.backends.local.rows import Answers, Wanted, tell


class Whole:
    """A library that evaluates only whole prompts, made from one that can do more."""

    background = False
    passing: float | None = None

    def __init__(self, library: Library) -> None:
        self._library = library
        self.cells, self.sequences, self.states = library.cells, library.sequences, False
        self.batch, self.outputs, self.trained_context = library.batch, library.outputs, library.trained_context
        self.whole, self.remark = library.whole, library.remark
        self.rounded, self.short_keys = library.rounded, library.short_keys
        self._logits: dict[int, NDArray[np.float32]] = {}

    def evaluate(self, rows: Sequence[Row]) -> None:
        """Evaluate the prompts that a batch ends, one after another; with each of them those that are its beginning."""
        self._logits = {}
        ends = {index: row.path for index, row in enumerate(rows) if row.path}
        while ends:
            longest = max(ends.values(), key=len)
            at = {index: len(path) - 1 for index, path in ends.items() if longest[: len(path)] == path}
            self._logits |= zip(at, self._library.plain(longest, tuple(at.values())), strict=True)
            ends = {index: path for index, path in ends.items() if index not in at}

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits of row `index` of the last batch, shape (vocabulary,)."""
        return self._logits[index]

    def ask(self, wanted: Sequence[Wanted]) -> Answers:
        """Ask for what is wanted from some rows of the last batch."""
        return partial(tell, self.logits, wanted)

    def plain(self, tokens: Path, at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        """The same as the library's own."""
        return self._library.plain(tokens, at, pieces)

    def copy(self, source: int, target: int, end: int) -> None:
        """There is nothing to copy."""

    def drop(self, sequence: int, start: int) -> None:
        """There is nothing to drop."""

    def clear(self) -> None:
        """There is nothing to clear."""

    def vocabulary(self) -> Vocabulary:
        """Everything to know about the tokenizer."""
        return self._library.vocabulary()

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS."""
        return self._library.tokenize(text, specials)

    def build(self) -> str:
        """What runs the model, for a run's manifest."""
        return f"{self._library.build()}, each prompt whole"
