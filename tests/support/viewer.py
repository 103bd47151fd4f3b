"""A person with a browser in front of `arena web`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyte
from playwright.sync_api import Browser, Page, WebSocket


class Viewer:
    """A person with a browser: what the page's terminal was sent, read as a terminal would draw it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []  # every address that the page loaded
        self.failed: list[str] = []
        self.size = (0, 0)  # of the terminal on the page, in characters
        self._screen = pyte.Screen(200, 80)
        self._stream = pyte.ByteStream(self._screen)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.failed.append(str(error)))
        page.on("websocket", self._connected)

    def _connected(self, connection: WebSocket) -> None:
        connection.on("framereceived", lambda frame: isinstance(frame, bytes) and self._stream.feed(frame))
        connection.on("framesent", lambda frame: isinstance(frame, str) and self._sent(json.loads(frame)))

    def _sent(self, said: list[Any]) -> None:
        if said[0] == "resize":
            self.size = said[1]["width"], said[1]["height"]

    def screen(self) -> str:
        return "\n".join(self._screen.display)

    def forget(self) -> None:
        """Clear what was drawn so far."""
        self._screen.reset()

    def until(self, what: Callable[[str], object]) -> str:
        for _ in range(600):
            shown = self.screen()
            if what(shown):
                return shown
            self.page.wait_for_timeout(100)
        raise AssertionError(f"it never came to be; the screen is\n{self.screen()}")

    def press(self, key: str) -> None:
        """Press a key, once the terminal gets them. After a reload its picture can be there a moment earlier."""
        self.page.wait_for_function("document.activeElement?.classList.contains('xterm-helper-textarea')")
        self.page.keyboard.press(key)

    def key(self, says: str) -> str:
        """Where the page has the button of a key that works now, by what it says."""
        return f"#keys button:text-is('{says}')"

    def tap(self, says: str) -> None:
        """Tap the button of a key with a finger."""
        button = self.page.locator(self.key(says))
        button.wait_for()
        box = button.bounding_box()
        assert box is not None
        self.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def phone_of(browser: Browser, size: tuple[int, int]) -> Viewer:
    """Somebody with a phone, which has a touch screen of that size. Its pixels are those of CSS: Chromium tells a
    canvas on an emulated screen of more that it has fewer."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    return Viewer(context.new_page())
