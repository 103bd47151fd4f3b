"""The footer: the keys that work now, as many as fit, with Enter, the way out and `?` always among them."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Button, Footer, Select
from textual.widgets._footer import FooterKey  # the one part of a footer that Textual doesn't export

_OUT: Final = ("escape", "q")  # keys that lead out of a screen
_HELP: Final = "question_mark"


class KeysFooter(Footer):
    """Textual's footer, which would cut off what doesn't fit and doesn't know what Enter does where the focus is."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    def on_resize(self, event: events.Resize) -> None:
        """Other keys may fit now."""
        self.call_after_refresh(self.recompose)

    def compose(self) -> ComposeResult:
        """The keys that fit, in their order."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        if not keys:
            return
        pressed = enter(self.screen.focused)
        if pressed and not any(key.key == "enter" for key in keys):
            keys.insert(0, FooterKey("enter", "⏎", pressed, ""))
        kept = {key for key in keys if key.key in (*_OUT, _HELP, "enter")}
        room = self.app.size.width - sum(map(_width, kept))
        for key in keys:
            if key not in kept and _width(key) <= room:
                room -= _width(key)
                kept.add(key)
        # the way to help comes last, where it is looked for
        yield from sorted((key for key in keys if key in kept), key=lambda key: key.key == _HELP)


def enter(focused: Widget | None) -> str:
    """What Enter does where the focus is, for widgets of Textual's own that don't say it; "" for others."""
    if isinstance(focused, Button):
        return str(focused.label)
    return "Choose" if isinstance(focused, Select) else ""


def _width(key: FooterKey) -> int:
    """Columns of a key with its label and the spaces round them."""
    return len(key.key_display) + len(key.description) + 3
