"""The keys that work now, told to the page that shows the app: where there is no keyboard, it has a button for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from textual.app import App
from textual.drivers.web_driver import WebDriver
from textual.keys import key_to_character

from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.widgets.keys_footer import hints

_LOOK_SECONDS: Final = 0.2
# what a terminal sends for keys that are no characters
_SENT: Final = {
    "escape": "\x1b",
    "enter": "\r",
    "tab": "\t",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
}


class PageKeys:
    """Looks at what works on the app's present screen, and tells the page whenever that changes."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._told: list[dict[str, object]] = []

    def start(self) -> None:
        """Do so from now on, if the app is shown by a page."""
        if isinstance(self._app._driver, WebDriver):
            self._app.set_interval(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        driver = self._app._driver
        if not self._app.screen_stack:  # it is being left
            return
        keys = list(self._keys())
        if keys != self._told and isinstance(driver, WebDriver):
            self._told = keys
            driver.write_meta({"type": "keys", "keys": keys})

    def _keys(self) -> Iterator[dict[str, object]]:
        """What each key is called, what it sends, and whether it is a move."""
        screen = self._app.screen
        moves = {does: key for key, does in screen.own_keys()} if isinstance(screen, ArenaScreen) else {}
        for does, key in moves.items():
            yield {"says": printable(does.removeprefix("play ")), "sends": key, "is_move": True}
        for hint in hints(screen):
            sends = _SENT.get(hint.key) or key_to_character(hint.key)
            if sends is not None and not (moves and hint.key == "enter"):
                yield {"says": printable(hint.does), "sends": sends, "is_move": False}
