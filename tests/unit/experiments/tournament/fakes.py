"""An observer that only counts."""

from __future__ import annotations

from arena.experiments.experiment import Cell, Event, Observer, Plan


class Counter(Observer):
    """Counts."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int, int]] = []
        self.played = 0  # rounds, or valid answers
        self.ended: list[str] = []

    def begins(self, plan: Plan) -> None:
        self.ended.clear()

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        self.begun.append((cell.spec.subject, done, total))

    def happens(self, cell: Cell, event: Event) -> None:
        self.played += event.done

    def cell_ends(self, cell: Cell) -> None:
        self.ended.append(cell.spec.subject)
