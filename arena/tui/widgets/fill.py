"""Rows of a table that changes while one looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text
from textual.coordinate import Coordinate
from textual.widgets import DataTable


def fill(table: DataTable[Any], rows: Iterable[Sequence[Text | str]]) -> None:
    """Put rows into a table, replacing those that it has in place, so that nothing jumps."""
    for index, values in enumerate(rows):
        if index < table.row_count:
            for column, value in enumerate(values):
                table.update_cell_at(Coordinate(index, column), value, update_width=True)
        else:
            table.add_row(*values, key=str(index))
            table.screen.refresh_bindings()  # Enter opens it from now on
