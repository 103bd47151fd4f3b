"""Cells that are filled at once, as an observer sees them: one after another, with nothing lost."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.experiment import Cell, Event, Observer
from arena.experiments.in_turn import InTurn
from arena.store.rows import CellSpec


@dataclass(frozen=True, slots=True)
class Named:
    title: str
    models: tuple[str, ...] = ()

    @property
    def spec(self) -> CellSpec:
        return CellSpec(self.title, self.title, "", "things")


class Step(Event):
    done = 1


class Seen(Observer):
    """Counts, and refuses whatever isn't in turn."""

    def __init__(self) -> None:
        self.now: str | None = None
        self.done: dict[str, int] = {}

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        assert self.now is None and cell.title not in self.done
        self.now, self.done[cell.title] = cell.title, done

    def happens(self, cell: Cell, event: Event) -> None:
        assert cell.title == self.now
        self.done[cell.title] += event.done

    def cell_ends(self, cell: Cell) -> None:
        assert cell.title == self.now
        self.now = None


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_every_cell_is_seen_in_turn_with_all_its_steps(steps: list[int], random: object) -> None:
    cells = [Named(f"{at}") for at in range(len(steps))]
    seen = Seen()
    turns = InTurn(seen, cells)
    ahead = {cell.title: ["begin", *["step"] * count, "end"] for cell, count in zip(cells, steps, strict=True)}
    while left := [cell for cell in cells if ahead[cell.title]]:
        cell = random.choice(left)  # type: ignore[attr-defined]
        match ahead[cell.title].pop(0):
            case "begin":
                turns.cell_begins(cell, 0, steps[cells.index(cell)])
            case "step":
                turns.happens(cell, Step())
            case _:
                turns.cell_ends(cell)
    assert seen.now is None and list(seen.done.items()) == [(f"{at}", count) for at, count in enumerate(steps)]
