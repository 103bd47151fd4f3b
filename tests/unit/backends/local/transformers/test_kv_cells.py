"""The cells behind transformers' mask, against the small cache that says what llama.cpp does."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.backends.local.evaluator import Row
from arena.backends.local.transformers.kv_cells import Cells
from tests.support.table_evaluator import TableModel

CELLS, SEQUENCES = 64, 6


class Watched:
    """Both caches, driven alike. The tokens are kept by cell, so that what a row sees can be read."""

    def __init__(self) -> None:
        self.cells = Cells(CELLS, SEQUENCES)
        self.table = TableModel(CELLS, SEQUENCES, 32)
        self.tokens = [-1] * CELLS

    def add(self, sequences: tuple[int, ...], token: int) -> None:
        """A token at the end of some sequences that stand alike; checks that it sees exactly its past."""
        past = self.table.seen_by(sequences[0])
        row = Row(token, len(past), sequences, (*past, token))
        (cell,) = self.cells.place([row])
        self.tokens[cell] = token
        (seen,) = self.cells.seen([row])
        assert sorted(self.tokens[at] for at in np.flatnonzero(seen)) == sorted([*past, token])
        self.table.evaluate([row])


@given(st.integers(0, 2**32))
def test_a_row_sees_its_own_past_and_nothing_else(seed: int) -> None:
    """Copies, drops and additions in any order; every token is another one, so that what is seen is known."""
    generator = random.Random(seed)
    both = Watched()
    for token in range(40):
        sequence = generator.randrange(SEQUENCES)
        length = len(both.table.seen_by(sequence))
        kind = generator.choice(["add", "add", "add", "copy", "drop"])
        empty = [other for other in range(SEQUENCES) if not both.table.seen_by(other)]
        if kind == "copy" and length and empty and empty[0] != sequence:
            end = generator.randint(1, length)
            both.table.copy(sequence, empty[0], end)
            both.cells.copy(sequence, empty[0], end)
        elif kind == "drop":
            start = generator.randint(0, length)
            both.table.drop(sequence, start)
            both.cells.drop(sequence, start)
        else:
            both.add((sequence,), token)
    assert both.cells.used() >= len({token for one in range(SEQUENCES) for token in both.table.seen_by(one)})


def test_one_token_for_sequences_that_stand_alike() -> None:
    both = Watched()
    for token in range(3):
        both.add((0,), token)
    both.table.copy(0, 1, 3)
    both.cells.copy(0, 1, 3)
    both.add((0, 1), 3)
    both.add((0,), 4)
    both.add((1,), 5)  # doesn't see 4
    both.add((0,), 6)  # doesn't see 5


def test_a_window_reaches_so_far_back() -> None:
    both = Watched()
    for token in range(8):
        both.add((0,), token)
    (seen,) = both.cells.seen([Row(9, 7, (0,), None)], window=3)
    assert [both.tokens[at] for at in np.flatnonzero(seen)] == [5, 6, 7]  # itself and two more, as transformers has it


def test_a_full_cache_is_said_and_an_emptied_one_is_free() -> None:
    cells = Cells(2, 1)
    cells.place([Row(1, 0, (0,), None), Row(2, 1, (0,), None)])
    with pytest.raises(RuntimeError, match="0 free cells for a batch of 1 tokens"):
        cells.place([Row(3, 2, (0,), None)])
    cells.clear()
    assert cells.used() == 0 and len(cells.place([Row(3, 0, (0,), None)])) == 1
