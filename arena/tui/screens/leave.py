"""Whether a match that isn't over is to be left, for the lobby or for good."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class LeaveScreen(ModalScreen[bool]):
    """Returns whether the match is to be left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Stay"),
        Binding("up,left", "app.focus_previous", show=False),
        Binding("down,right", "app.focus_next", show=False),
    ]

    def __init__(self, quits: bool = False) -> None:
        """With `quits`, the app is left with the match."""
        super().__init__()
        self._does = "Quit" if quits else "Leave"
        self._question = "Quit Arena in the middle of a match?" if quits else "Leave the match?"

    def compose(self) -> ComposeResult:
        with Vertical(id="leave"):
            yield Static(Text(self._question, style="bold"))
            yield Static("Its rounds are kept, and the lobby goes on with it.", classes="dim")
            yield Button(f"{self._does} (enter)", id="go", variant="primary", compact=True)
            yield Button("Stay (esc)", id="stay", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "go")
