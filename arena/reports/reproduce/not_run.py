"""Published numbers of which nothing is here, and the command that would measure them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from arena.reports.published import TABLES, published
from arena.reports.reproduce.compared import Number
from arena.reports.reproduce.players import REWARD_MODEL

_BY_SIZE: Final = {
    "8B": ("8B models", "arena reproduce paper-8b"),
    "70B": ("70B models", "arena reproduce paper-70b"),
    "7B": ("7B models", "arena reproduce paper-qwen"),
    "72B": ("72B models", "arena reproduce paper-qwen"),
}
_NO_SIZE: Final = ("models of a size that isn't printed", "arena reproduce paper-8b, or paper-70b")
_BY_TABLE: Final = {
    "table7": ("Tulu 3's reward model", f"arena rewards {REWARD_MODEL}"),
    "figure5": ("70B models", "arena poems, and people who judge the poems"),
    "section4": ("all models together", "arena poems, and people who judge the poems"),
}
_UNPRINTED: Final = {"table2": {("hide-and-seek", "ties")}}  # zeros by the rules of the game


@dataclass(frozen=True, slots=True)
class NotRun:
    """Numbers that were not measured here: how many of a table, whose, and the command that would."""

    table: str
    whose: str
    count: int
    command: str

    def to_json(self) -> Mapping[str, Any]:
        """The same as a document."""
        return {"table": self.table, "models": self.whose, "numbers": self.count, "command": self.command}


def not_run(found: Collection[Number]) -> tuple[NotRun, ...]:
    """What the paper prints and `found` doesn't have, by table and size."""
    here = {number.key for number in found}
    counts: dict[tuple[str, str, str], int] = {}
    for table in TABLES:
        for row in published(table):
            whose, command = _BY_TABLE.get(table) or _BY_SIZE.get(row.labels.get("size", ""), _NO_SIZE)
            missing = [
                column
                for column in row.values
                if f"{row.key}/{column}" not in here
                and (row.labels.get("game"), column) not in _UNPRINTED.get(table, ())
            ]
            if missing:
                counts[table, whose, command] = counts.get((table, whose, command), 0) + len(missing)
    return tuple(NotRun(table, whose, count, command) for (table, whose, command), count in counts.items())
