"""The part of a library that the engine uses: evaluating rows, and keeping what they leave in a cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arena.backends.local.rows import Answers, Wanted

Path = tuple[int, ...]
"""The token ids of a prompt, or of a prompt and the answer so far."""


class Memory(Protocol):
    """The tree's operations on the cache. `passing` is None if a cell that was dropped is free again. Otherwise all are
    free only when all are cleared, because the cells of a sequence must lie in the order of its tokens, and `passing`
    is what it costs a token to pass by a cell that it doesn't see, as a share of what it costs to evaluate a token."""

    passing: float | None

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        ...

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells at positions [start, ...); a cell without sequences is free."""
        ...

    def clear(self) -> None:
        """Empty the cache."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """A token to evaluate: its position, the sequences that it belongs to, and the prompt that it ends.

    `path` is None if nobody wants the distribution after this token.
    """

    token: int
    position: int
    sequences: tuple[int, ...]
    path: Path | None


class Evaluator(Memory, Protocol):
    """Evaluates rows: llama.cpp, or a table in a test. `background`: neither `evaluate` nor `ask` waits for the device,
    so another batch can be begun before the answers are taken."""

    background: bool

    def evaluate(self, rows: Sequence[Row]) -> None:
        """Run one batch."""
        ...

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits of a row of the last batch, shape (vocabulary,)."""
        ...

    def ask(self, wanted: Sequence[Wanted]) -> Answers:
        """Ask for what is wanted from some rows of the last batch."""
        ...
