"""Tables in a terminal: the columns that fit in its width, with those that don't fit named below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from arena.reports.table import Column, Row, Table
from arena.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as RichTable
    from rich.text import Text

_GAP: Final = 2  # between columns
_NAME: Final = 25  # width that a name keeps as long as expendable columns can be left out
_LEAST: Final = 8  # and as long as other columns can


def terminal(tables: Sequence[Table], width: int) -> RenderableType:
    """Tables for a terminal `width` characters wide: a table's parts, with their columns aligned, then its notes."""
    from rich.cells import cell_len
    from rich.console import Group

    blocks: list[RenderableType] = []
    for _, group in groupby(tables, key=lambda table: table.key):
        parts = list(group)
        widths = [max(len(line) for line in _lines(parts, at)) for at in range(len(parts[0].columns))]
        widest = max((cell_len(line) for part in parts for row in part.rows for line in _name_lines(row)), default=0)
        shown = _fitting(parts[0].columns, widths, widest, width)
        names = max(1, min(widest, width - sum(_GAP + widths[at] for at in shown)))  # in all parts
        for part in parts:
            blocks += [_drawn(part, shown, widths, names), _text("")]
        notes = [note for part in parts for note in part.footnotes]
        if missing := list(_missing(parts[0].columns, shown)):
            notes.append(f"Not shown for want of room: {', '.join(missing)}. A wider terminal or --format shows them.")
        blocks += [*(_text(note, "dim") for note in notes), _text("")]
    return Group(*blocks[:-1])


def _fitting(columns: Sequence[Column], widths: Sequence[int], widest: int, width: int) -> list[int]:
    """The indices of the columns that fit beside the names, of which the longest has width `widest`."""
    shown = list(range(len(columns)))
    order = sorted(shown, key=lambda at: (columns[at].expendable, at), reverse=True)
    for at in order[:-1]:
        room = min(widest, _NAME if columns[at].expendable else _LEAST)
        if room + sum(_GAP + widths[one] for one in shown) <= width:
            break
        shown.remove(at)
    return shown


def _missing(columns: Sequence[Column], shown: Sequence[int]) -> Iterator[str]:
    """The headings of the columns that aren't shown; an interval isn't mentioned if its number isn't shown either."""
    for at in (at for at in range(len(columns)) if at not in shown):
        if columns[at].kind != "interval":
            yield columns[at].heading
        elif at - 1 in shown:
            yield f"{columns[at].heading} of {columns[at - 1].heading}"


def _drawn(table: Table, shown: Iterable[int], widths: Sequence[int], names: int) -> RichTable:
    from rich.table import Table as RichTable

    drawn = RichTable(
        title=_text(table.title, "bold"),
        title_justify="left",
        box=None,
        padding=(0, _GAP, 0, 0),
        pad_edge=False,
    )
    drawn.add_column("", overflow="fold", min_width=names, max_width=names)
    columns = [table.columns[at] for at in shown]
    for at, column in zip(shown, columns, strict=True):
        heading = _text("\n".join(column.lines))
        drawn.add_column(heading, justify="right", vertical="top", no_wrap=True, min_width=widths[at])
    for row in table.rows:
        texts = (_text(row.text(column)) for column in columns)
        drawn.add_row(_text("\n".join(_name_lines(row))), *texts, style="" if row.is_ours else "dim")
    return drawn


def _text(text: str, style: str = "") -> Text:
    """A text, from whatever source, in which nothing can act on the terminal."""
    from rich.text import Text

    return Text(printable(text, keep="\n"), style)


def _name_lines(row: Row) -> tuple[str, ...]:
    return (row.name, f"  {row.state}") if row.state else (row.name,)


def _lines(parts: Sequence[Table], at: int) -> Iterable[str]:
    """Everything shown in a column."""
    for part in parts:
        yield from (*part.columns[at].lines, *part.texts(at))
