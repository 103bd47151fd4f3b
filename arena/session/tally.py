"""A task's answers as they come: counted in the order of their draws, beside a true sample of the same size."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from arena.experiments.numbers.task import Task
from arena.experiments.numbers.true_sample import true_sample

Value = tuple[int, ...] | None


class Tally:
    """Counts of the task's values over the answers revealed so far, and the growth of chi-square.

    Answers arrive in any order, and a local model's equal ones together, which would make any histogram look uneven
    halfway, so they are revealed in the order of their draws. The true sample is the same as in the reports.
    """

    def __init__(self, task: Task, wanted: int, seed: int) -> None:
        self.task = task
        self.wanted = wanted
        self.valid = 0
        self.rejected = 0
        self.without_repetition = 0  # valid answers whose values all differ
        self.values: list[tuple[int, ...]] = []
        self.drawn = Counts(len(task.values))  # of the values drawn, over all places of an answer
        self.true = Counts(len(task.values))  # of as many true draws
        self._sample: list[int] = true_sample(seed, task, wanted).ravel().tolist()
        self._arrived: list[tuple[int, Value]] = []  # a heap
        self._next = 0

    @property
    def pooled(self) -> int:
        """How many values were drawn, counting all places of a sequence."""
        return self.valid * self.task.length

    @property
    def waiting(self) -> int:
        """How many answers have arrived but aren't revealed."""
        return len(self._arrived)

    def arrive(self, number: int, value: Value) -> None:
        """Take the answer of a draw; None if it was rejected."""
        heappush(self._arrived, (number, value))

    def reveal(self, most: int | None = None) -> bool:
        """Count up to `most` answers that arrived, as long as no earlier one is missing. Returns whether any was."""
        before = self._next
        while self._arrived and self._arrived[0][0] == self._next and self._next - before != most:
            self._next += 1
            self._count(heappop(self._arrived)[1])
        return self._next > before

    def _count(self, value: Value) -> None:
        if value is None:
            self.rejected += 1
            return
        self.values.append(value)
        self.without_repetition += len(set(value)) == len(value)
        self.drawn.add(value)
        at = self.valid * len(value)
        self.true.add(self._sample[at : at + len(value)])
        self.valid += 1


class Counts:
    """How often each value was drawn, and chi-square after each valid answer."""

    def __init__(self, k: int) -> None:
        self.counts = [0] * k
        self.curve: list[float] = []
        self._n = self._squares = 0

    def add(self, values: Sequence[int]) -> None:
        """Count an answer's values."""
        for value in values:
            self._squares += 2 * self.counts[value] + 1
            self.counts[value] += 1
        self._n += len(values)
        if self._n:
            self.curve.append(len(self.counts) * self._squares / self._n - self._n)
