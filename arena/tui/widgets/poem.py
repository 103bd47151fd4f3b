"""A poem, set like a poem: a line of verse that is too long for the page goes on indented below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from arena.text import printable

_INDENT: Final = "    "


class PoemPage(VerticalScroll, can_focus=False):
    """A page with one poem; a click chooses it. It knows the poem's lines and nothing else about it."""

    class Chosen(Message):
        """The page was clicked."""

        def __init__(self, page: PoemPage) -> None:
            super().__init__()
            self.page = page

        @property
        def control(self) -> PoemPage:
            """The page, by which handlers are chosen."""
            return self.page

    def __init__(self, id: str, key: str) -> None:
        super().__init__(id=id)
        self._key = key
        self._lines: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        yield Static(Text(self._key), classes="poem-key")
        yield Static(classes="verse")

    def show(self, lines: Sequence[str]) -> None:
        """Show a poem, from its top."""
        self._lines = [printable(line) for line in lines]
        self.scroll_home(animate=False)
        self._set()

    def on_resize(self) -> None:
        self._set()

    def _set(self) -> None:
        verse = self.query_one(".verse", Static)
        width = verse.content_size.width or self.content_size.width
        if not width:
            return
        set_lines = [set_line(line, width) for line in self._lines]
        between = "\n\n" if sum(map(len, set_lines)) + len(set_lines) <= self.content_size.height - 2 else "\n"
        verse.update(Text(between.join("\n".join(rows) for rows in set_lines), no_wrap=True))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self))


def set_line(line: str, width: int) -> list[str]:
    """A line of verse in rows of at most `width` columns; all but the first are indented."""
    rows: list[str] = []
    row = ""
    for word in line.split(" "):
        longer = f"{row} {word}" if row.strip() else row + word
        if row.strip() and cell_len(longer) > width:
            rows.append(row)
            longer = _INDENT + word
        while cell_len(longer) > width:
            first = chop_cells(longer, width)[0]
            rows.append(first)
            longer = _INDENT + longer[len(first) :] if width > len(_INDENT) + 1 else longer[len(first) :]
        row = longer
    return [*rows, row]
