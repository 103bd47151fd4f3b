"""What a store has of numbers is held against the task before anybody counts it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from arena.errors import StoreError
from arena.experiments.numbers.stored import read_answers
from arena.experiments.numbers.task import find_task
from arena.records import Answer, Sample
from arena.store import CellSpec, Store
from tests.support.specs import numbers_run


@pytest.mark.parametrize("value", ["[-1]", "[11]", "[1.5]", "[true]", "[1,2]", "[]", "7", '"7"', '{"7":1}'])
def test_a_value_that_is_no_answer_is_damage(tmp_path: Path, value: str) -> None:
    path, task = tmp_path / "arena.db", find_task("integers")
    spec = numbers_run([CellSpec("uniform||integers|-|-", "uniform", "", "integers")], 1)
    with Store.open(path, create=True) as store:
        with store.begin(spec) as run:
            run.add_answer(spec.cells[0].key, 0, Answer(Sample("3", (1,), "eos"), (3,)))
        (cell,) = store.cells(store.run(None))
        assert [answer.value for answer in read_answers(store, cell, task)] == [(3,)]
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answers SET value = ?", (value,))
    connection.close()
    with Store.open(path) as store, pytest.raises(StoreError, match=r"draw 0: .* isn't an answer to integers"):
        read_answers(store, store.cells(store.run(None))[0], task)
