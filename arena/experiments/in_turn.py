"""Cells that are filled at once, shown as if they were filled one after another: whoever watches sees one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arena.experiments.experiment import Cell, Event, Observer


@dataclass(slots=True)
class _Far:
    """How far a cell is: done before and since, out of how many, and whether it has ended."""

    done: int
    total: int
    ended: bool = False


class InTurn(Observer):
    """Passes on to an observer what happens in `cells`, in their order: a cell whose turn hasn't come is counted, and
    begins with what it has by then."""

    def __init__(self, observer: Observer, cells: Sequence[Cell]) -> None:
        self._observer = observer
        self._ahead = list(cells)
        self._far: dict[str, _Far] = {}
        self._shown: Cell | None = None

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        self._far[cell.spec.key] = _Far(done, total)
        self._go_on()

    def happens(self, cell: Cell, event: Event) -> None:
        self._far[cell.spec.key].done += event.done
        if cell is self._shown:
            self._observer.happens(cell, event)

    def cell_ends(self, cell: Cell) -> None:
        self._far[cell.spec.key].ended = True
        self._go_on()

    def _go_on(self) -> None:
        """End the cell that is shown if it has ended, and show the next ones that have begun."""
        while True:
            if self._shown is not None:
                if not self._far[self._shown.spec.key].ended:
                    return
                self._observer.cell_ends(self._shown)
                self._shown = None
            if not self._ahead or self._ahead[0].spec.key not in self._far:
                return
            self._shown = self._ahead.pop(0)
            far = self._far[self._shown.spec.key]
            self._observer.cell_begins(self._shown, far.done, far.total)
