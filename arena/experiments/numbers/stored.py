"""A cell's stored answers and findings, checked against its task: the store itself doesn't know tasks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from arena.errors import StoreError
from arena.experiments.numbers.entropy import ENTROPY
from arena.experiments.numbers.exact import Exact
from arena.experiments.numbers.numbers import EXACT
from arena.experiments.numbers.rewards import REWARDS
from arena.experiments.numbers.task import Task
from arena.records import Answer
from arena.store.rows import CellRow
from arena.store.store import Store

Findings = Mapping[str, Mapping[str, Any]]


class _Entropy(msgspec.Struct):
    entropy: float
    target: float = 0.0
    base: str = ""
    reached: bool = True


class _Rewards(msgspec.Struct):
    values: list[float]
    template: str = ""
    build: str = ""


def read_answers(store: Store, cell: CellRow, task: Task) -> list[Answer]:
    """The answers that count. Raises StoreError if one isn't of the task's values."""
    answers = store.answers(cell)
    for number, answer in enumerate(answers):
        if answer.value is not None and not _fits(answer.value, task):
            raise _damaged(store, cell, f"draw {number}: {answer.value!r:.40} isn't an answer to {task.name}")
    return answers


def read_findings(store: Store, cell: CellRow, task: Task | None) -> Findings:
    """The cell's findings, by name. Raises StoreError if one doesn't have the form that its name implies."""
    found = store.findings(cell)
    wanted = None if task is None else len(task.values)
    try:
        if EXACT in found:
            exact = Exact.from_json(found[EXACT])
            shares = (*exact.probabilities, exact.rejected, exact.unexplored)
            if not all(0 <= share <= 1 + 1e-6 for share in shares) or wanted not in (None, len(exact.probabilities)):
                raise ValueError("exact mode's probabilities aren't probabilities")
        if ENTROPY in found and not msgspec.convert(found[ENTROPY], _Entropy).entropy >= 0:
            raise ValueError("an entropy below 0")
        if REWARDS in found:
            rewards = msgspec.convert(found[REWARDS], _Rewards).values
            if not all(map(math.isfinite, rewards)) or wanted not in (None, len(rewards)):
                raise ValueError("not a reward for each value")
    except (msgspec.ValidationError, ValueError) as error:
        raise _damaged(store, cell, f"a finding makes no sense: {error}") from error
    return found


def _fits(value: Any, task: Task) -> bool:
    if not isinstance(value, tuple) or len(value) != task.length:
        return False
    return all(type(index) is int and 0 <= index < len(task.values) for index in value)


def _damaged(store: Store, cell: CellRow, what: str) -> StoreError:
    return StoreError(
        f"the store {store.path} is damaged (run {cell.run}, {cell.spec.subject}, {what}): "
        "put a good copy in its place, or name another file with --store"
    )
