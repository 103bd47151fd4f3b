"""A line to type in whose cursor doesn't blink: nothing does in this app."""

from __future__ import annotations

from typing import Any

from textual.widgets import Input


class StillInput(Input):
    """Textual's, but for the cursor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_blink = False
