"""The terms of the weights, shown once: they require that whoever uses the weights sees them."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from arena.text import printable


class NoticeScreen(ModalScreen[None]):
    """A text that stays until it is dismissed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", "Seen"),
        Binding("c", "app.copy", "Copy"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(id="notice"):
            with VerticalScroll():
                yield Static(Text(printable(self._text, keep="\n")))
            yield Button("I have seen this (enter)", id="seen", variant="primary", compact=True)

    def on_button_pressed(self) -> None:
        self.dismiss()
