"""A match that doesn't fit a model's context: the person learns of it before it begins, and is offered what fits."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from arena.experiments.tournament.cells import TooLong
from arena.session.choice import Choice


class FitScreen(ModalScreen[Choice | None]):
    """Returns the choice, changed so that it fits, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Lobby"),
        Binding("up,left", "app.focus_previous", show=False),
        Binding("down,right", "app.focus_next", show=False),
    ]

    def __init__(self, choice: Choice, error: TooLong) -> None:
        super().__init__()
        self._choice = choice
        self._error = error

    def compose(self) -> ComposeResult:
        error = self._error
        with Vertical(id="fit"):
            yield Static(Text(f"{self._choice.rounds:,} rounds don't fit {error.model}", style="bold"))
            yield Static(
                Text(f"They take up to {error.needed:,} tokens, and it has room for {error.context:,}."), classes="dim"
            )
            yield Button(f"Play {error.most:,} rounds", id="fewer", variant="primary", compact=True)
            yield Button(f"Play all, and show it the last {error.history:,} only", id="shorter", compact=True)
            yield Button("Back to the lobby", id="back", compact=True)

    @on(Button.Pressed, "#fewer")
    def _fewer(self) -> None:
        self.dismiss(msgspec.structs.replace(self._choice, rounds=self._error.most))

    @on(Button.Pressed, "#shorter")
    def _shorter(self) -> None:
        self.dismiss(msgspec.structs.replace(self._choice, history=self._error.history))

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.dismiss(None)
