"""A report of any experiment: its tables and figures, and the files that they are written to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arena.errors import InputError, StoreError
from arena.files import folder, whole_file
from arena.reports.figure import rendered
from arena.reports.latex import latex_tables
from arena.reports.published import PublishedRow
from arena.reports.table import Table
from arena.reports.writers import markdown_tables, spreadsheet, table_spreadsheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: each call of `draw` makes it anew, `data` holds the numbers it shows, and `key` is its file's name."""

    key: str
    title: str
    draw: Callable[[], Drawing]
    data: Table


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


def write_all(report: Report, out: Path) -> None:
    """Write each table as Markdown, LaTeX and CSV, each figure as PNG, SVG and PDF with its data as CSV, and everything
    as CSV and JSON.

    Raises StoreError if a file can't be written, InputError if there is nothing to write yet.
    """
    report.check()
    files: dict[str, str | bytes] = {}
    for key in dict.fromkeys(table.key for table in report.tables):
        parts = [table for table in report.tables if table.key == key]
        files[f"{key}.md"] = markdown_tables(parts)
        files[f"{key}.tex"] = latex_tables(parts)
        files[f"{key}.csv"] = table_spreadsheet(*parts)
    for figure in report.figures:
        files |= {f"{figure.key}.{end}": data for end, data in rendered(figure.draw).items()}
        files[f"{figure.key}-data.csv"] = table_spreadsheet(figure.data)
    files |= {f"{report.file}.{end}": WRITERS[end](report) for end in ("csv", "json")}
    for name, data in files.items():
        write(out / name, data.encode() if isinstance(data, str) else data)


def write(path: Path, data: bytes) -> None:
    """Write a file atomically, replacing an older one. Raises StoreError with the reason if it can't be written."""
    try:
        with folder(path.parent), whole_file(path) as file:
            file.write(data)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror or error}") from error
