"""A task: values that a player is asked to draw at random, and how an answer is read.

A new task is a function here that reads its answers, a line in `TASKS`, and its wordings in
`arena/prompts/templates/NAME/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from arena.errors import UsageError
from arena.experiments.numbers.parsing import no_integer, no_letter, parse_integer, parse_letter, parse_sequence
from arena.games import Game
from arena.text import meant


@dataclass(frozen=True, slots=True)
class Task:
    """`values` are what may be drawn, in display order, and `length` is how many of them an answer has; `read` returns
    an answer's indices into `values`, or None if the answer is rejected. `hopeless` recognises beginnings of answers
    that will be rejected whatever follows. An answer ends once `whole`, a regular expression, matches, and only the
    match counts. It has at most `max_tokens` tokens."""

    name: str
    title: str
    values: tuple[str, ...]
    length: int
    max_tokens: int
    read: Callable[[str], tuple[int, ...] | None]
    hopeless: Callable[[str], bool] = lambda beginning: False
    whole: str = "(?!)"

    def as_game(self) -> Game:
        """The values as moves, because bots choose moves. There is nobody to win against."""
        return Game(self.name, self.title, self.values, ("-",), np.zeros((len(self.values), 1), dtype=np.int8))


_INTEGERS = tuple(map(str, range(11)))
_LETTERS = tuple("abcdefghijk")
# ten numbers in a row, as `parse_sequence` reads them, and a sign that the last has ended (8.5 is not 8)
_TEN = r"(?<!\w)\d++(?:[^\w:=>→]++(?:and[^\w:=>→]++)?\d++){9}\.?[^\w:=>→./%^]"


def _integer(text: str) -> tuple[int, ...] | None:
    value = parse_integer(text)
    return None if value is None else (value,)


def _letter(text: str) -> tuple[int, ...] | None:
    index = parse_letter(text, _LETTERS)
    return None if index is None else (index,)


TASKS: Final[Mapping[str, Task]] = MappingProxyType(
    {
        task.name: task
        for task in (
            Task("integers", "single integers, 0 to 10", _INTEGERS, 1, 8, _integer, no_integer),
            Task("letters", "single letters, a to k", _LETTERS, 1, 8, _letter, partial(no_letter, letters=_LETTERS)),
            Task("sequences", "sequences of ten integers, 0 to 10", _INTEGERS, 10, 64, parse_sequence, whole=_TEN),
        )
    }
)


def find_task(name: str) -> Task:
    """The task of that name. Raises UsageError if there is none."""
    if name in TASKS:
        return TASKS[name]
    raise UsageError(f"there is no task {name!r}: {meant(name, TASKS)}")
