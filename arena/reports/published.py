"""The paper's own numbers, as West & Potts 2025 print them, each with a key and its n where that is known. Most runs
are of other models.

A row's key is its table and its labels ("table2/8B/base/rps"); a value's key is its row's and its column
("table2/8B/base/rps/net").
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

_LABELS: Final[tuple[str, ...]] = ("size", "model", "game", "temperature", "top_p")  # columns that are labels


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A row of one of the paper's tables. `labels` identify it; `values` are numbers, except for a modal letter.

    `n` is how many rounds or answers each value was taken from, None where it can't be known from the paper.
    """

    key: str
    labels: Mapping[str, str]
    values: Mapping[str, float | str]
    n: int | None

    @property
    def name(self) -> str:
        """Its name beside our own rows: "paper: 8B base"."""
        return f"paper: {' '.join(self.labels[name] for name in ('size', 'model') if name in self.labels)}"

    def to_json(self) -> dict[str, Any]:
        """The row as a document."""
        return {**self.labels, **self.values, "key": self.key, "n": self.n}


@lru_cache(maxsize=16)
def published(table: str) -> tuple[PublishedRow, ...]:
    """The rows of a table, in the paper's order."""
    text = (files("arena.reports") / "published" / f"{table}.tsv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(_row(table, fields) for fields in csv.DictReader(lines, delimiter="\t"))


def find(key: str) -> float | str | None:
    """The value with that key; None if the paper doesn't print it."""
    row_key, _, column = key.rpartition("/")
    rows = published(key.partition("/")[0])
    return next((row.values.get(column) for row in rows if row.key == row_key), None)


def _row(table: str, fields: dict[str, str]) -> PublishedRow:
    n = fields.pop("n", None)
    labels = {name: fields.pop(name) for name in _LABELS if name in fields}
    values = {name: float(text) if text[0].isdigit() or text[0] == "-" else text for name, text in fields.items()}
    return PublishedRow("/".join((table, *labels.values())), labels, values, int(n) if n else None)
