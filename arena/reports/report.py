"""A report of any experiment: its tables and figures, and the forms in which the whole of it is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arena.errors import InputError
from arena.reports.latex import latex_tables
from arena.reports.published import PublishedRow
from arena.reports.table import Table
from arena.reports.writers import markdown_tables, spreadsheet

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: each call of `draw` makes it anew, `data` holds the numbers it shows, and `key` is its file's name.

    `live` makes it as markup for a page, where its parts say more when somebody points at them; None if it can't.
    """

    key: str
    title: str
    draw: Callable[[], Drawing]
    data: Table
    live: Callable[[], Markup] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """An experiment's report of some runs, side by side.

    `name` is the experiment's; `file` is the name of the files that hold everything: all cells as CSV (`records`), and
    the whole report as JSON (`document`, to which `to_json` adds more). `published` are the paper's rows, None if they
    weren't asked for. `nothing` says why there is nothing to show yet; "" if there is something.
    """

    name: str
    file: str
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    records: Sequence[Mapping[str, Any]]
    document: Mapping[str, Any]
    published: tuple[PublishedRow, ...] | None = None
    nothing: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences below the tables, without repetitions."""
        return tuple(dict.fromkeys(note for table in self.tables for note in table.footnotes))

    def to_json(self) -> dict[str, Any]:
        """The whole report as a document, with nothing rounded; None is undefined."""
        whole = {**self.document, "notes": list(self.notes)}
        return whole if self.published is None else whole | {"published": [row.to_json() for row in self.published]}

    def check(self) -> None:
        """Raises InputError if there is nothing to show yet."""
        if self.nothing:
            raise InputError(self.nothing)


WRITERS: Final[Mapping[str, Callable[[Report], str]]] = {
    "md": lambda report: markdown_tables(report.tables),
    "tex": lambda report: latex_tables(report.tables),
    "csv": lambda report: spreadsheet(report.records),
    "json": lambda report: as_json(report.to_json()),
}  # a whole report in each format


def as_json(document: Mapping[str, Any]) -> str:
    """A document as printed JSON."""
    return json.dumps(document, indent=2, allow_nan=False) + "\n"
