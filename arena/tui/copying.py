"""What a screen shows as plain text, for the clipboard: its lines, its tables with tabs, what its forms say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, DataTable, Input, Select, SelectionList

from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.quiet_plot import QuietPlot

_NOT_SAID = (KeysFooter, Button, QuietPlot)  # what is pressed, or only makes sense as a picture


def text_of(screen: Screen[Any]) -> str:
    """All that the screen says, also what would have to be scrolled to."""
    lines = _text(screen).splitlines()
    return "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1])).strip("\n") + "\n"


def _text(widget: Widget) -> str:
    if not widget.display or isinstance(widget, _NOT_SAID):
        return ""
    if isinstance(widget, DataTable):
        return "\n".join("\t".join(row) for row in _rows(widget))
    if isinstance(widget, SelectionList):
        options = [widget.get_option_at_index(at) for at in range(widget.option_count)]
        return "\n".join(f"[{'x' if one.value in widget.selected else ' '}] {_plain(one.prompt)}" for one in options)
    if isinstance(widget, Select):
        return next((_plain(prompt) for prompt, value in widget._options if value == widget.value), "")
    if isinstance(widget, Input):
        return widget.value
    if parts := [said for child in widget.children if (said := _text(child))]:
        beside = isinstance(widget, Horizontal) and not any("\n" in part for part in parts)
        return ("  " if beside else "\n").join(parts)
    if widget.children:
        return ""
    drawn = widget.render_lines(Region(0, 0, *widget.size))
    return "\n".join(strip.text.rstrip() for strip in drawn)


def _rows(table: DataTable[Any]) -> Iterator[list[str]]:
    """The heading and the rows of a table."""
    yield [_plain(column.label).strip() for column in table.ordered_columns]
    for at in range(table.row_count):
        yield [_plain(cell).strip() for cell in table.get_row_at(at)]


def _plain(said: object) -> str:
    return said.plain if isinstance(said, Text) else str(said)
