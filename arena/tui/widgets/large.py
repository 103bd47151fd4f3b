"""A few words as large as the room that they are given."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from arena.tui.widgets.letters import fitted


class Large(Widget):
    """Block letters, centred; plain capitals where these don't fit."""

    DEFAULT_CSS = "Large { height: 1; text-style: bold; }"

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
        drawn = fitted(self.text, columns, rows)
        if drawn is not None:
            return Text("\n" * ((rows - len(drawn)) // 2) + "\n".join(drawn), no_wrap=True, overflow="crop")
        above = "\n" * max(0, (rows - 1) // 2)
        return Text(above + self.text.upper(), justify="center", overflow="ellipsis", no_wrap=rows < 2)
