"""The cells of llama.cpp's cache; if `in_order`, so used that a prompt's distribution depends on its tokens alone.

Two things change its last digits. llama.cpp puts new tokens into the first cells that are free, and attention
sums in the order of cells: a prompt whose later tokens lie before its earlier ones is summed in another order. And a
product with one row is summed in another order than one with several. Each such digit can decide how a number is
rounded to 16 bits in the next layer, which made up to 0.0016 of a token's probability in SmolLM2. In order, then, no
cell is freed before all are cleared, and a lone row has another beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from arena.backends.local.evaluator import Row
from arena.backends.local.llamacpp.native import native

BESIDE: Final = 3  # sequences of its own, behind the `sequences` that others use


class Cells:
    """What sequences hold, in one context. `window` is how far a sliding window reaches (0: there is none)."""

    def __init__(self, memory: Any, sequences: int, window: int, in_order: bool) -> None:
        self._memory = memory
        self._guard, self._filler, self._dropped = range(sequences, sequences + BESIDE)
        self._window = window
        self._in_order = in_order
        self._ends: dict[int, int] = {}  # how many tokens each sequence holds, or held before it was dropped

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        native.llama_memory_seq_cp(self._memory, source, target, 0, end)
        if native.llama_memory_seq_pos_max(self._memory, target) != end - 1:
            raise RuntimeError(f"llama.cpp didn't copy {end} tokens of sequence {source} to {target}")
        self._ends[target] = end

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells from position `start` on."""
        end = self._ends.get(sequence, 0)
        if self._in_order:
            native.llama_memory_seq_cp(self._memory, sequence, self._dropped, start, -1)
            self._ends[self._dropped] = max(self._ends.get(self._dropped, 0), end)
        if not native.llama_memory_seq_rm(self._memory, sequence, start, -1):
            raise RuntimeError(f"llama.cpp didn't cut sequence {sequence} at token {start}")
        self._ends[sequence] = min(end, start)

    def clear(self) -> None:
        """Empty the cache."""
        native.llama_memory_clear(self._memory, False)
        self._ends = {}

    @contextmanager
    def filled(self, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """The rows of a batch that is about to be evaluated, and another if one of them is alone, or is the only one
        whose distribution is wanted.

        llama.cpp treats a cell behind a sliding window as free if only one sequence holds it, even when told to keep
        them all: a prompt that branches off further back would miss it. So one more sequence holds all cells while it
        looks for free ones.
        """
        is_lone = self._in_order and (len(rows) == 1 or sum(row.path is not None for row in rows) == 1)
        filled = [*rows, Row(rows[0].token, 0, (self._filler,), ())] if is_lone else rows
        guarded = [sequence for sequence, end in self._ends.items() if end >= self._window > 0]
        for sequence in guarded:
            native.llama_memory_seq_cp(self._memory, sequence, self._guard, -1, -1)
        yield filled
        if guarded and not native.llama_memory_seq_rm(self._memory, self._guard, -1, -1):
            raise RuntimeError("llama.cpp didn't give up the guard of its cells")
        for row in filled:
            self._ends |= dict.fromkeys(row.sequences, row.position + 1)
        if is_lone:
            self.drop(self._filler, 0)
