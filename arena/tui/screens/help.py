"""Help: all keys of the screen below, and what its words mean."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar, Final

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from arena.session.glossary import GLOSSARY
from arena.tui.widgets.keys_footer import KeysFooter

_TWO: Final = 76  # columns from which keys stand in two columns
_WIDEST: Final = 84  # columns, as arena.tcss has it
_AROUND: Final = 6  # columns of its border, its padding and its scroll bar
_BETWEEN: Final = 2  # columns between a key and what it does
_GAP: Final = 3  # columns between two columns of keys


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
        with VerticalScroll(id="help"):
            yield Static("Keys on this screen", classes="section")
            yield Static(id="help-keys")
            yield Static("Words", classes="section")
            yield Static(self._words(), id="help-words")
        yield KeysFooter()

    def on_mount(self) -> None:
        scroll = self.query_one("#help")
        scroll.border_title = "Help: esc closes it"
        scroll.focus()

    def on_resize(self, event: events.Resize) -> None:
        room = min(event.size.width, _WIDEST) - _AROUND
        self.query_one("#help-keys", Static).update(self._lines(2 if event.size.width >= _TWO else 1, room))

    def _lines(self, columns: int, room: int) -> Content:
        """The keys, in columns that are read downwards and are together no wider than `room`."""
        rows = max(1, -(-len(self._keys) // columns))
        parts = [self._keys[first : first + rows] for first in range(0, len(self._keys), rows)]
        names = [max(len(key) for key, _ in part) for part in parts]
        room -= sum(names) + _BETWEEN * len(parts) + _GAP * (len(parts) - 1)
        widths = _widths([max(len(does) for _, does in part) for part in parts], room)
        lines = []
        for row in zip_longest(*parts, fillvalue=("", "")):
            wrapped = [textwrap.wrap(does, width) for (_, does), width in zip(row, widths, strict=True)]
            for at in range(max(map(len, wrapped))):
                line: list[str | tuple[str, str]] = []
                for (key, _), name, width, said in zip(row, names, widths, wrapped, strict=True):
                    shown = "" if at else key
                    does = said[at] if at < len(said) else ""
                    line += [(f"{shown:>{name}}", "bold $warning"), f"{'':{_BETWEEN}}{does:<{width}}{'':{_GAP}}"]
                lines.append(Content.assemble(*line).rstrip())
        return Content("\n").join(lines)

    def _words(self) -> Text:
        """Each word with its sentence."""
        lines = [Text.assemble((word, "bold"), ": ", meaning) for word, meaning in GLOSSARY.items()]
        return Text("\n").join(lines)


def _widths(wanted: Sequence[int], room: int) -> list[int]:
    """How wide each column is: as wide as it wants to be, as far as the room goes, beginning with the slimmest."""
    widths = [0] * len(wanted)
    for given, at in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        widths[at] = max(1, min(wanted[at], (room - sum(widths)) // (len(wanted) - given)))
    return widths
