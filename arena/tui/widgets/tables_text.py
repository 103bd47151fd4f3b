"""A report's tables, drawn for the width that they are given, so that no number is cut off."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult

from arena.reports.table import Table
from arena.reports.terminal import terminal


class FittingTables:
    """For a Static: columns that don't fit are left out and named, as in a terminal."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield terminal(self._tables, options.max_width)
