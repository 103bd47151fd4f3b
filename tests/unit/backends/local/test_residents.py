"""What was just answered stays in the cache until its matches have had time to ask again, and no longer."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from arena.backends.local.tree import Tree
from tests.support.table_evaluator import TableModel

CELLS, SEQUENCES = 6000, 32
LONG, SHORT = 160, 32  # tokens of a batch


def resident_after(lengths: Iterable[int], ahead: bool = False) -> int:
    """The cells in use after batches of one prompt each, for which nobody waits afterwards."""
    model, chance = TableModel(CELLS, SEQUENCES, LONG), random.Random(0)
    tree = Tree(model, CELLS, SEQUENCES, ahead=ahead)
    for number, length in enumerate(lengths):
        prompt = (number % 4, number // 4, *(chance.randrange(4) for _ in range(length - 2)))
        plan = tree.plan([prompt], [prompt], LONG, 16)
        model.evaluate(plan.rows)
        tree.settle(plan)
    return model.in_use


@pytest.mark.parametrize(
    ("lengths", "ahead", "batches"),
    [
        ([LONG] * 6, False, 6),  # so few cells that all are kept
        ([LONG] * 8, False, 2),  # the batch before and this one
        ([LONG] * 8, True, 4),  # the answers of one batch come while the next is computed
    ],
)
def test_the_last_batch_is_kept(lengths: list[int], ahead: bool, batches: int) -> None:
    assert resident_after(lengths, ahead) == pytest.approx(batches * LONG, abs=2 * batches)  # beginnings are shared


def test_of_small_batches_more_are_kept() -> None:
    assert resident_after([LONG] * 6 + [SHORT] * 4) == pytest.approx(4 * SHORT, abs=8)
