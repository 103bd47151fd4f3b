"""The data of a report's table: typed values by key, and the text shown for them. The forms that it is written in:
writers.py, latex.py, terminal.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from arena.reports.words import between

DASH: Final = "–"  # for undefined values

# count: a whole number; number: of any size; rate: in percent; share: from 0 to 1, shown in percent;
# probability: from 0 to 1; p: a test's p-value; text: unchanged.
# interval: that of the number in the column before; range: between two numbers. Their ends are at KEY_low and KEY_high.
Kind = Literal["count", "number", "rate", "share", "probability", "p", "interval", "range", "text"]
Source = Literal["run", "value", "paper"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `key` is the key of its value in a row, `digits` how many digits are shown.

    In a terminal without room for all columns, those with the highest `expendable` are dropped first; `narrow` is the
    heading in a terminal, in lines.
    """

    key: str
    heading: str
    kind: Kind = "number"
    digits: int = 1
    expendable: int = 0
    narrow: str = ""

    @property
    def lines(self) -> list[str]:
        """The lines of its heading in a terminal."""
        return (self.narrow or self.heading).split("\n")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its name, and everything known about it, by key, with nothing rounded; None is undefined.

    `texts`, by key, are shown where a value alone doesn't say enough; `state` is how far the measurement is, "" if it
    is finished. `source` is "run" for measurements, "paper" for published values, "value" for any other yardstick.
    """

    name: str
    values: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    source: Source = "run"
    state: str = ""

    @property
    def full_name(self) -> str:
        """The name with the state."""
        return f"{self.name} ({self.state})" if self.state else self.name

    @property
    def is_ours(self) -> bool:
        """Whether it was measured."""
        return self.source == "run"

    def text(self, column: Column) -> str:
        """The text shown in a column: a dash for an undefined value, nothing for one that a yardstick doesn't have."""
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
    """A table, or a part of one: parts with the same key have the same columns and go into the same file.

    `footnotes` are sentences below it.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[str, ...] = ()

    def texts(self, at: int) -> list[str]:
        """The texts shown in a column, row by row."""
        return [row.text(self.columns[at]) for row in self.rows]


def flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """A document as one row: nested values under keys joined by dots, intervals as their ends, lists as JSON."""
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
    # a net of zero is 0.0, never -0.0
    return f"{100 * value if column.kind == 'share' else value:z.{column.digits}f}"
