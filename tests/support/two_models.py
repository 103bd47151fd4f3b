"""Two table models under names of their own: the first mostly plays rock, the second mostly paper."""

from __future__ import annotations

from arena.backends.backend import Identity
from arena.backends.base import LanguageModel
from tests.support.table_model import TableModel, TableModels, always

ROCK, PAPER = always(_rock=8, _paper=1, _scissors=1), always(_rock=1, _paper=8, _scissors=1)


class TwoModels(TableModels):
    """Gives each of the two by its name."""

    def __init__(self, first: str = "one", second: str = "two") -> None:
        super().__init__()
        self.both = {first: TableModel(ROCK), second: TableModel(PAPER)}

    async def identify(self, name: str) -> Identity:
        return Identity(f"the table {name}", f"the table {name}")

    async def get(self, name: str) -> LanguageModel:
        return self.both[name]
