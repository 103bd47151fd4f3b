"""Tables as text: Markdown and CSV (LaTeX: latex.py, a terminal: terminal.py). Names are escaped in all of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from arena.reports import escape
from arena.reports.table import Table


def markdown_tables(tables: Sequence[Table]) -> str:
    """The tables in GitHub's Markdown, each with its title."""
    return "\n".join(map(_markdown, tables))


def _markdown(table: Table) -> str:
    lines = [f"### {escape.markdown(table.title)}", ""]
    lines += [_line("", *(column.heading for column in table.columns)), f"|---|{'---:|' * len(table.columns)}"]
    lines += [_line(row.full_name, *map(row.text, table.columns)) for row in table.rows]
    return "\n".join((*lines, "", *(f"{escape.markdown(note)}\n" for note in table.footnotes)))


def _line(*texts: str) -> str:
    return f"| {' | '.join(map(escape.markdown, texts))} |"


def table_spreadsheet(*parts: Table) -> str:
    """A table's rows as CSV: whose each row is, whether it is ours, and everything known about it."""
    return spreadsheet(
        [{"": row.full_name, "ours": row.is_ours, **row.values} for table in parts for row in table.rows]
    )


def spreadsheet(rows: Sequence[Mapping[str, Any]]) -> str:
    """Texts and numbers as CSV, with a column for each key of any row: nothing rounded, undefined values empty."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(keys)
    for row in rows:
        writer.writerow([escape.value(row.get(key)) for key in keys])
    return buffer.getvalue()
