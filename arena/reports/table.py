"""A table of a report, and its forms: Markdown, CSV, a terminal (LaTeX: latex.py). A name can't act in any of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arena.reports import escape

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as RichTable

_GAP: Final = 2  # between columns in a terminal


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers. In a terminal without room for all, those of the highest `expendable` go first."""

    heading: str
    expendable: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row: whose it is, what a person reads in each column, and its numbers with nothing rounded. `is_ours` is False
    for what stands beside our own: a limit, a published value."""

    name: str
    texts: tuple[str, ...]
    numbers: Mapping[str, Any]
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is its file's: "table1". `notes` are sentences below it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    first: str = ""  # the heading over the names


def markdown(table: Table) -> str:
    """In GitHub's Markdown, with its title."""
    headings = " | ".join(escape.markdown(column.heading) for column in table.columns)
    lines = [f"### {escape.markdown(table.title)}", ""]
    lines += [f"| {escape.markdown(table.first)} | {headings} |", f"|---|{'---:|' * len(table.columns)}"]
    lines += [f"| {' | '.join(map(escape.markdown, (row.name, *row.texts)))} |" for row in table.rows]
    return "\n".join((*lines, "", *(f"{escape.markdown(note)}\n" for note in table.notes)))


def spreadsheet(table: Table) -> str:
    """As CSV: all numbers of each row, nothing rounded, undefined empty."""
    return rows_as_csv([{"": row.name, "ours": row.is_ours} | dict(row.numbers) for row in table.rows])


def rows_as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of texts and numbers, a column for each key that any of them has."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(keys)
    for row in rows:
        writer.writerow([escape.value(row.get(key)) for key in keys])
    return buffer.getvalue()


def terminal(tables: Sequence[Table], width: int) -> RenderableType:
    """For a terminal of so many columns. What had no room is named below."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = []
    for table in tables:
        shown = _fitting(table, width)
        parts.append(_rich(table, shown, width))
        missing = [column.heading for at, column in enumerate(table.columns) if at not in shown]
        notes = list(table.notes)
        if missing:
            notes.append(f"Not shown for want of room: {', '.join(missing)}. A wider terminal or --format shows them.")
        parts += [*(Text(note, style="dim") for note in notes), Text("")]
    return Group(*parts[:-1])


def _fitting(table: Table, width: int) -> tuple[int, ...]:
    """The columns that have room beside the names."""
    shown = list(range(len(table.columns)))
    while _name_width(table) + sum(_GAP + _width(table, at) for at in shown) > width:
        most = max(shown, key=lambda at: (table.columns[at].expendable, at), default=None)
        if most is None or not table.columns[most].expendable:
            break
        shown.remove(most)
    return tuple(shown)


def _rich(table: Table, shown: Sequence[int], width: int) -> RichTable:
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(
        title=Text(table.title, style="bold"),
        title_justify="left",
        box=None,
        padding=(0, _GAP, 0, 0),
        pad_edge=False,
    )
    drawn.add_column(Text(table.first), overflow="fold")
    for at in shown:
        drawn.add_column(Text(table.columns[at].heading), justify="right", vertical="top", no_wrap=True)
    for row in table.rows:
        drawn.add_row(Text(row.name), *(Text(row.texts[at]) for at in shown), style="" if row.is_ours else "dim")
    return drawn


def _name_width(table: Table) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, (table.first, *(row.name for row in table.rows))))


def _width(table: Table, at: int) -> int:
    return max(len(table.columns[at].heading), *(len(row.texts[at]) for row in table.rows))
