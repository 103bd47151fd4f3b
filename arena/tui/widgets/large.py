"""A few words as large as the room that they are given."""

from __future__ import annotations

import textwrap

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widget import Widget

from arena.tui.widgets.letters import fitted


class Large(Widget):
    """Block letters, centred; plain capitals where these don't fit."""

    DEFAULT_CSS = "Large { height: 1; text-style: bold; text-wrap: nowrap; }"

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.text = text

    def say(self, text: str) -> None:
        """Show other words."""
        if text != self.text:
            self.text = text
            self.refresh()

    def render(self) -> Text:
        """The words in as many rows as they take, with empty ones above them, so that they stand in the middle."""
        columns, rows = self.size
        drawn = fitted(self.text, columns, rows) or _plain(self.text.upper(), columns, rows)
        return Text("\n" * ((rows - len(drawn)) // 2) + "\n".join(drawn))


def _plain(text: str, columns: int, rows: int) -> list[str]:
    """The words in lines that are centred; what doesn't fit is cut off."""
    lines = textwrap.wrap(text, max(1, columns)) if rows > 1 else [text]
    cut = [set_cell_size(line, columns) if cell_len(line) > columns else line for line in lines[: max(1, rows)]]
    return [" " * ((columns - cell_len(line)) // 2) + line for line in cut]
