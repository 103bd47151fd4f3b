"""Models without files, and an observer that only counts."""

from __future__ import annotations

from arena.backends.backend import Identity
from arena.backends.base import LanguageModel
from arena.backends.loading import Models
from arena.backends.weights.catalog import ModelEntry
from arena.experiments.experiment import Cell, Event, Plan
from tests.unit.agents.table_model import TableModel


class TableModels(Models):
    """`llm:NAME` is the table model, whatever the name."""

    identity = Identity("the table", "the table")

    def __init__(self, model: TableModel | None = None) -> None:
        super().__init__()
        self.model = model or TableModel()

    @staticmethod
    def entry(name: str) -> ModelEntry:
        return ModelEntry("table", style="base", format="none", name=name)

    async def identify(self, name: str) -> Identity:
        return self.identity

    async def get(self, name: str) -> LanguageModel:
        return self.model


class Counter:
    """An `Observer`."""

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
