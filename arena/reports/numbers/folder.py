"""A task report on standard output or as files in a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from arena.reports import table as forms
from arena.reports.files import write
from arena.reports.latex import latex_tables
from arena.reports.numbers.report import TaskReport
from arena.reports.numbers.rows import flat
from arena.reports.numbers.tables import tables


def write_all(report: TaskReport, out: Path, published: bool = False) -> None:
    """Write each table as Markdown, LaTeX and CSV, all cells as CSV and JSON, and each figure as PNG, SVG and PDF.

    Raises StoreError if that can't be done.
    """
    from arena.reports.numbers.figures import figures

    for table in tables(report, published):
        write(out / f"{table.name}.md", forms.markdown(table).encode())
        write(out / f"{table.name}.tex", latex_tables([table]).encode())
        write(out / f"{table.name}.csv", forms.spreadsheet(table).encode())
    for end in ("csv", "json"):
        write(out / f"numbers.{end}", writers(published)[end](report).encode())
    for name, files in figures(report).items():
        for end, data in files.items():
            write(out / f"{name}.{end}", data)


def writers(published: bool) -> dict[str, Callable[[TaskReport], str]]:
    """What writes the whole report, by format: all tables, or all cells in one."""
    return {
        "md": lambda report: "\n".join(map(forms.markdown, tables(report, published))),
        "tex": lambda report: latex_tables(tables(report, published)),
        "csv": lambda report: forms.rows_as_csv([flat(cell.to_json()) for cell in report.cells]),
        "json": lambda report: json.dumps(report.to_json(), indent=2, allow_nan=False) + "\n",
    }
