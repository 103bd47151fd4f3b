"""Help: all keys of the screen below, and what its words mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from arena.session.glossary import GLOSSARY
from arena.tui.widgets.keys_footer import KeysFooter

_TWO = 76  # columns from which keys stand in two columns


class HelpScreen(ModalScreen[None]):
    """`keys` are the keys that work on the screen below, with what each does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter,q", "dismiss", "Close", key_display="esc"),
        Binding("c", "app.copy", "Copy"),
    ]

    def __init__(self, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Static("Help: esc closes it", classes="title")
            with VerticalScroll(id="help-text"):
                yield Static("Keys on this screen", classes="section")
                yield Static(id="help-keys")
                yield Static("Words", classes="section")
                yield Static(self._words(), id="help-words")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#help-text").focus()

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#help-keys", Static).update(self._lines(2 if event.size.width >= _TWO else 1))

    def _lines(self, columns: int) -> Content:
        """The keys, in columns that are read downwards, each as wide as it needs."""
        rows = -(-len(self._keys) // columns)
        parts = [self._keys[first : first + rows] for first in range(0, len(self._keys), max(1, rows))]
        widths = [(max(len(key) for key, _ in part), max(len(does) for _, does in part)) for part in parts]
        lines = []
        for row in range(rows):
            line: list[str | tuple[str, str]] = []
            for part, (name, what) in zip(parts, widths, strict=True):
                if row < len(part):
                    key, does = part[row]
                    line += [(f"{key:>{name}}", "bold $warning"), f"  {does:<{what}}   "]
            lines.append(Content.assemble(*line).rstrip())
        return Content("\n").join(lines)

    def _words(self) -> Text:
        """Each word with its sentence."""
        lines = [Text.assemble((word, "bold"), ": ", meaning) for word, meaning in GLOSSARY.items()]
        return Text("\n").join(lines)
