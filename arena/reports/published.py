"""The paper's own numbers and claims, as West & Potts 2025 print them: the one place where the files in published/ are
read. Each number has a key, its source, and its n where that is known.

A row's key is its table and its labels ("table2/8B/base/rps"); a value's key is its row's and its column
("table2/8B/base/rps/net").
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

TABLES: Final = ("table1", "table2", "table3", "table4", "table5", "table6", "table7", "figure5", "section4")
# the columns that are labels
_LABELS: Final[tuple[str, ...]] = ("size", "model", "game", "temperature", "top_p", "measure")
_SOURCE: Final = "# source: "
_FROM_RATES: Final = {"net": 2}  # how many rounded numbers a value was probably computed from


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A row of one of the paper's tables. `labels` identify it; `values` are numbers, except for a modal letter.

    `n` is how many rounds or answers each value was taken from, None where it can't be known from the paper.
    `roundings` say how far each number may be from the one that was printed, by its digits; a net was probably computed
    from two rounded rates. `source` says where the paper prints them.
    """

    key: str
    labels: Mapping[str, str]
    values: Mapping[str, float | str]
    n: int | None
    roundings: Mapping[str, float] = field(default_factory=dict)
    source: str = ""

    @property
    def name(self) -> str:
        """Its name beside our own rows: "paper: 8B base"."""
        return f"paper: {' '.join(self.labels[name] for name in ('size', 'model') if name in self.labels)}"

    def to_json(self) -> dict[str, Any]:
        """The row as a document."""
        return {**self.labels, **self.values, "key": self.key, "n": self.n}


@dataclass(frozen=True, slots=True)
class Claim:
    """What the paper states without printing the numbers, in Arena's words; `where` is the figure, table or section."""

    key: str
    where: str
    text: str


@lru_cache(maxsize=16)
def published(table: str) -> tuple[PublishedRow, ...]:
    """The rows of a table, in the paper's order."""
    source, rows = _read(table)
    return tuple(_row(table, source, fields) for fields in rows)


@lru_cache(maxsize=1)
def claims() -> tuple[Claim, ...]:
    """The paper's claims, in its order."""
    return tuple(Claim(fields["id"], fields["where"], fields["claim"]) for fields in _read("claims")[1])


def find(key: str) -> float | str | None:
    """The value with that key; None if the paper doesn't print it."""
    row_key, _, column = key.rpartition("/")
    rows = published(key.partition("/")[0])
    return next((row.values.get(column) for row in rows if row.key == row_key), None)


def _read(name: str) -> tuple[str, list[dict[str, str]]]:
    """A file's source, and its rows by column."""
    lines = (files("arena.reports") / "published" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    source = next((line.removeprefix(_SOURCE) for line in lines if line.startswith(_SOURCE)), "")
    return source, list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def _row(table: str, source: str, fields: dict[str, str]) -> PublishedRow:
    n = fields.pop("n", None)
    labels = {name: fields.pop(name) for name in _LABELS if name in fields}
    printed = {name: text for name, text in fields.items() if text}
    numbers = {name: text for name, text in printed.items() if text[0].isdigit() or text[0] == "-"}
    return PublishedRow(
        "/".join((table, *labels.values())),
        labels,
        {name: float(text) if name in numbers else text for name, text in printed.items()},
        int(n) if n else None,
        {name: _rounding(text) * _FROM_RATES.get(name, 1) for name, text in numbers.items()},
        source,
    )


def _rounding(text: str) -> float:
    """Half a unit of a printed number's last digit."""
    _, _, decimals = text.partition(".")
    return 0.5 * 10.0 ** -len(decimals)
