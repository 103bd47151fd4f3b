"""The dial between a match's subject and a second model, in one line."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from arena.session.dial import Dialling


class DialLine(Static):
    """Empty until the models are loaded."""

    DEFAULT_CSS = "DialLine { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def show(self, dialling: Dialling) -> None:
        """Show where the dial stands."""
        self.update(Text.assemble("dial ", (dialling.line, "bold"), f" {dialling.words}"))
