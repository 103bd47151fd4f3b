"""The one model of a table in a report: typed values by key, and what a person reads of them. The forms that it is
written in: writers.py, latex.py, terminal.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from arena.reports.words import between

DASH: Final = "–"  # of what is undefined

# count: a whole number; number: of any size; rate: in percent; share: from 0 to 1, shown in percent;
# probability: from 0 to 1; p: a test's; text: as it is.
# interval: that of the number in the column before; range: between two numbers. Their ends are at KEY_low and KEY_high.
Kind = Literal["count", "number", "rate", "share", "probability", "p", "interval", "range", "text"]
Source = Literal["run", "value", "paper"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `key` says where a row has its value, `digits` how many of them a person sees.

    In a terminal without room for all columns, those of the highest `expendable` go first, and `narrow` is the heading
    there, in lines.
    """

    key: str
    heading: str
    kind: Kind = "number"
    digits: int = 1
    expendable: int = 0
    narrow: str = ""

    @property
    def lines(self) -> list[str]:
        """Its heading in a terminal."""
        return (self.narrow or self.heading).split("\n")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: whose it is, and all that is known of it, by key, with nothing rounded; None is undefined.

    `texts` are what a person reads where a value alone doesn't say it, by key; `state` is how far it is, "" if it is
    finished. `source` is "run" for what was measured, "paper" for published values, "value" for any other yardstick.
    """

    name: str
    values: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    source: Source = "run"
    state: str = ""

    @property
    def full_name(self) -> str:
        """The name with how far it is."""
        return f"{self.name} ({self.state})" if self.state else self.name

    @property
    def is_ours(self) -> bool:
        """Whether it was measured."""
        return self.source == "run"

    def text(self, column: Column) -> str:
        """What a person reads in a column: a dash for what is undefined, nothing for what a yardstick doesn't have."""
        if column.key in self.texts:
            return self.texts[column.key]
        undefined = DASH if self.is_ours else ""
        if column.kind in ("interval", "range"):
            low, high = (self.values.get(f"{column.key}_{end}") for end in ("low", "high"))
            return undefined if low is None or high is None else between(low, high, column.digits)
        value = self.values.get(column.key)
        return undefined if value is None else _text(value, column)


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a part of one: parts that have the same key have the same columns, and go into the same file.

    `footnotes` are sentences below it.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[str, ...] = ()

    def texts(self, at: int) -> list[str]:
        """What a person reads in a column, row by row."""
        return [row.text(self.columns[at]) for row in self.rows]


def flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """A document in one row: nested values under keys joined by a dot, intervals by their ends, lists left to JSON."""
    row: dict[str, Any] = {}
    for key, value in found.items():
        if isinstance(value, dict):
            row |= {f"{key}.{inner}": number for inner, number in flat(value).items()}
        elif key.endswith("_ci"):
            row[f"{key}_low"], row[f"{key}_high"] = value or (None, None)
        elif not isinstance(value, list):
            row[key] = value
    return row


def plain_table(key: str, title: str, rows: Sequence[Row]) -> Table:
    """A table with a column for each key that any row has: the data behind a figure."""
    keys = dict.fromkeys(key for row in rows for key in row.values)
    return Table(key, title, tuple(Column(key, key) for key in keys), tuple(rows))


def _text(value: Any, column: Column) -> str:
    if isinstance(value, str | int):  # a whole number is exact
        return str(value)
    if column.kind == "p" and value < 10**-column.digits:
        return f"<{10**-column.digits:.{column.digits}f}"
    # a net of nothing is 0.0, and never -0.0
    return f"{100 * value if column.kind == 'share' else value:z.{column.digits}f}"
