"""A cache and a model small enough to be checked: KV cells are kept as llama.cpp keeps them, and the logits are a
function of exactly the tokens that a row can see."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Row
from arena.backends.local.rows import Answers, Wanted, tell

VOCABULARY = Vocabulary(
    pieces=(b" rock", b" paper", b" sc", b"issors", b"\n", b" a", b" b", b"<end>"),
    specials={"<end>": 7},
    bos=None,
    ends=frozenset({7}),
)


def logits_after(prefix: Sequence[int]) -> NDArray[np.float32]:
    """The table model: a fixed pseudo-random row for each prefix."""
    generator = random.Random(repr(tuple(prefix)))
    return np.array([generator.gauss(0, 1.5) for _ in VOCABULARY.pieces], dtype=np.float32)


class TableModel:
    """An `Evaluator` that refuses what llama.cpp refuses: too many cells or tokens, gaps, strange sequences.

    With `passing`, cells are freed when all are cleared, and a lone row takes one more.
    """

    background = False
    passing: float | None = None

    def __init__(self, cells: int, sequences: int, batch: int) -> None:
        self._limits = cells, sequences, batch
        self._cells: list[tuple[int, int, set[int]]] = []  # position, token, sequences
        self._rows: list[NDArray[np.float32] | None] = []
        self.evaluated = 0
        self.most_cells = 0

    def seen_by(self, sequence: int) -> list[int]:
        """The tokens of a sequence, in order of position, which must have no gaps or duplicates."""
        tokens = sorted((position, token) for position, token, owners in self._cells if sequence in owners)
        assert [position for position, _ in tokens] == list(range(len(tokens))), "positions are not consecutive"
        return [token for _, token in tokens]

    def copy(self, source: int, target: int, end: int) -> None:
        assert 0 <= source < self._limits[1] and 0 <= target < self._limits[1] and source != target
        assert not self.seen_by(target), "the target of a copy is in use"
        for position, _, owners in self._cells:
            if source in owners and position < end:
                owners.add(target)
        assert len(self.seen_by(target)) == end, "the source does not hold what is copied"

    def drop(self, sequence: int, start: int) -> None:
        for position, _, owners in self._cells:
            if position >= start:
                owners.discard(sequence)
        if self.passing is None:
            self._cells = [cell for cell in self._cells if cell[2]]

    @property
    def in_use(self) -> int:
        """How many cells aren't free."""
        return len(self._cells)

    def clear(self) -> None:
        self._cells = []

    def evaluate(self, rows: Sequence[Row]) -> None:
        assert 0 < len(rows) <= self._limits[2], "a batch that is too long aborts llama.cpp"
        before = {sequence: len(self.seen_by(sequence)) for row in rows for sequence in row.sequences}
        for row in rows:
            coupled = {before[sequence] for sequence in row.sequences}
            assert len(coupled) == 1, "sequences of one token must have stood at the same position"
        self._rows = []
        for row in rows:
            prefixes = {tuple(self.seen_by(sequence)) for sequence in row.sequences}
            assert len(prefixes) == 1, "one token, two pasts"
            (prefix,) = prefixes
            assert row.position == len(prefix)
            self._cells.append((row.position, row.token, set(row.sequences)))
            wanted = row.path is not None
            if wanted:
                assert row.path == (*prefix, row.token), "the row does not see the prompt that it answers"
            self._rows.append(logits_after((*prefix, row.token)) if wanted else None)
        if self.passing is not None and (len(rows) == 1 or sum(row.path is not None for row in rows) == 1):
            self._cells.append((0, 0, set()))
        self.evaluated += len(rows)
        self.most_cells = max(self.most_cells, len(self._cells))
        assert len(self._cells) <= self._limits[0], "the cache is full"

    def logits(self, index: int) -> NDArray[np.float32]:
        row = self._rows[index]
        assert row is not None, "these logits were not asked for"
        return row

    def ask(self, wanted: Sequence[Wanted]) -> Answers:
        if not self.background:
            return partial(tell, self.logits, wanted)
        found = tell(self.logits, wanted)
        return lambda: found


class StateModel(TableModel):
    """The same with layers that keep a state, which is copied whole or not at all, and never cut back."""

    def copy(self, source: int, target: int, end: int) -> None:
        assert end == len(self.seen_by(source)), "a state stands after the last token of its sequence"
        super().copy(source, target, end)

    def drop(self, sequence: int, start: int) -> None:
        assert start == 0, "a state can't be cut back"
        super().drop(sequence, start)

    def evaluate(self, rows: Sequence[Row]) -> None:
        assert all(len(row.sequences) == 1 for row in rows), "one token, two states"
        super().evaluate(rows)
