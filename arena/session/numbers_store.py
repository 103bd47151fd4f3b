"""A task's cells, read from the store in the form that screens show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from arena.experiments.numbers.exact import Exact
from arena.experiments.numbers.numbers import EXACT
from arena.experiments.numbers.stored import read_answers, read_findings
from arena.experiments.numbers.task import TASKS
from arena.session.seats import display_name
from arena.session.tally import Tally
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store
from arena.text import printable


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell with its answers counted; `tally` is None for a task that has no values to count."""

    cell: CellRow
    wanted: int
    tally: Tally | None
    exact: Exact | None

    @property
    def player(self) -> str:
        """Who drew, safe to show."""
        return display_name(self.cell.spec.subject)

    @property
    def task(self) -> str:
        """The task's name for people."""
        return TASKS[self.cell.spec.what].title if self.tally is not None else self.cell.spec.what

    @property
    def asked(self) -> str:
        """How a model was asked: the wording's label without its hash, a paraphrase's number, the temperature and top-p
        if they aren't 1. "" for other players."""
        asked = self.cell.spec.asked
        if asked is None:
            return ""
        label = asked.wording.partition("@")[0]
        named = (("T", asked.temperature), ("p", asked.top_p))
        sampling = [f"{name}={number:g}" for name, number in named if number not in (None, 1.0)]
        return printable(" ".join([label, *([asked.variant] if asked.variant not in label else []), *sampling]))

    @property
    def most(self) -> str:
        """The value drawn most often, or exact mode's if nothing was drawn; "" if nothing is known."""
        if self.tally is None:
            return ""
        weights = self.tally.drawn.counts if self.tally.valid else self.exact.distribution if self.exact else None
        return "" if weights is None else self.tally.task.values[max(range(len(weights)), key=weights.__getitem__)]


def read_stored(store: Store, run: RunRow, before: Iterable[StoredCell]) -> list[StoredCell]:
    """The cells of a run of numbers. While the run is being written, cells without new answers are taken from `before`.
    Raises ArenaError."""
    kept = before if store.writer_of(run) is not None else ()
    known = {(cell.cell.id, cell.cell.done): cell for cell in kept if cell.cell.done}
    return [known.get((cell.id, cell.done)) or _read_cell(store, run, cell) for cell in store.cells(run)]


def _read_cell(store: Store, run: RunRow, cell: CellRow) -> StoredCell:
    task = TASKS.get(cell.spec.what)
    found = read_findings(store, cell, task)
    exact = Exact.from_json(found[EXACT]) if EXACT in found else None
    if task is None:
        return StoredCell(cell, run.spec.size, None, exact)
    values = [answer.value for answer in read_answers(store, cell, task)]
    tally = Tally(task, max(run.spec.size, sum(value is not None for value in values)), run.spec.seed)
    for number, value in enumerate(values):
        tally.arrive(number, value)
    tally.reveal()
    return StoredCell(cell, run.spec.size, tally, exact)
