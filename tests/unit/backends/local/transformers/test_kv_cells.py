"""The cells behind transformers' mask, against the small cache that says what llama.cpp does."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from arena.backends.local.evaluator import Row
from arena.backends.local.transformers.inputs import Inputs, Placed
from arena.backends.local.transformers.kv_cells import Cells
from benchmarks.support.device import DEVICE
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
        assert self.seen_by(row) == sorted([*past, token])
        self.table.evaluate([row])

    def seen_by(self, *rows: Row, window: int | None = None) -> list[int]:
        """The tokens that the last of some rows sees."""
        seen = self.cells.seen(rows)
        batch = Placed(rows, np.zeros(len(rows), dtype=np.int64), seen, [])
        inputs = Inputs(batch.shape, {"any": window}, CELLS, torch.float32, torch.device(DEVICE))
        inputs.fill(batch)
        added = inputs.masks["any"][0, 0].cpu().numpy()
        assert added.shape == (len(rows), batch.shape.cells)
        assert (added[:, len(seen.cells) :] < -1e38).all()
        return sorted(self.tokens[seen.cells[place]] for place in np.flatnonzero(added[-1] == 0.0))


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
    assert both.cells.used == len({token for one in range(SEQUENCES) for token in both.table.seen_by(one)})


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
    rows = [Row(6, 5, (0,), None), Row(3, 3, (0, 1), None), Row(5, 4, (1,), None)]
    assert [both.seen_by(*rows[: at + 1]) for at in range(3)] == [[0, 1, 2, 3, 4, 6], [0, 1, 2, 3], [0, 1, 2, 3, 5]]


def test_a_window_reaches_so_far_back() -> None:
    both = Watched()
    for token in range(8):
        both.add((0,), token)
    assert both.seen_by(Row(9, 7, (0,), None), window=3) == [5, 6, 7]  # itself and two more, as transformers has it


def test_several_tokens_at_once() -> None:
    """A beginning that two sequences share, and what each goes on with."""
    cells = Cells(CELLS, SEQUENCES)
    rows = [Row(7, 0, (0, 3), None), Row(8, 1, (0, 3), None), Row(9, 2, (3,), None), Row(9, 2, (0,), None)]
    placed = cells.place(rows)
    seen = cells.seen(rows)
    for at, past in enumerate([(0,), (0, 1), (0, 1, 2), (0, 1, 3)]):
        places = seen.table[seen.sequence[at], : seen.position[at] + 1]
        assert seen.cells[places].tolist() == placed[list(past)].tolist()


def test_a_full_cache_is_said_and_an_emptied_one_is_free() -> None:
    cells = Cells(2, 1)
    cells.place([Row(1, 0, (0,), None), Row(2, 1, (0,), None)])
    with pytest.raises(RuntimeError, match="0 free cells for a batch of 1 tokens"):
        cells.place([Row(3, 2, (0,), None)])
    cells.clear()
    assert cells.used == 0 and len(cells.place([Row(3, 0, (0,), None)])) == 1
