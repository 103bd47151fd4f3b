"""A model that answers with numbers, and an observer that counts."""

from __future__ import annotations

from collections.abc import Mapping

from arena.experiments.experiment import Cell, Event, Observer, Plan
from arena.experiments.numbers.numbers import AnswerDrawn, Explored


def numbers(text: str) -> Mapping[str, float]:
    """After the prompt a digit or a word, then a line's end or more. Prompts end in a comma."""
    said = text.rpartition(",")[2]
    if not said:
        return {"7": 4.0, "1": 3.0, "0": 1.0, "3": 1.0, "x": 0.5, "\n": 0.25, " rock": 0.25}
    if said == "1":
        return {"0": 1.0, "\n": 2.0, ".": 0.5, "<end>": 0.5}
    if said.startswith("x"):
        return {"x": 1.0, "7": 1.0, "\n": 1.0}
    return {"\n": 3.0, "5": 0.5, " ": 0.5}


class Counter(Observer):
    """Counts."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int, int]] = []
        self.numbers: list[int] = []
        self.ended: list[str] = []
        self.nodes = 0

    def begins(self, plan: Plan) -> None:
        self.ended.clear()

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        self.begun.append((cell.spec.subject, done, total))

    def happens(self, cell: Cell, event: Event) -> None:
        if isinstance(event, Explored):
            self.nodes = event.nodes
        elif isinstance(event, AnswerDrawn):
            self.numbers.append(event.number)

    def cell_ends(self, cell: Cell) -> None:
        self.ended.append(cell.spec.subject)
