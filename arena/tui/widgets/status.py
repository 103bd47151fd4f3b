"""What is going on right now in a match: whose turn it is, or what is being waited for."""

from __future__ import annotations

import time

from rich.text import Text
from textual.widgets import Static

_CLOCK = 0.25  # seconds between updates of how long a model has been thinking


class Status(Static):
    """One line. While a model computes, it says so, with the time."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._thinking: float | None = None  # since when

    def on_mount(self) -> None:
        self.set_interval(_CLOCK, self._tick)

    def say(self, line: str) -> None:
        """Nothing is being computed."""
        self._thinking = None
        self.update(Text(line))

    def think(self) -> None:
        """The other side is to move. Most moves come so quickly that nothing is said of it."""
        self._thinking = time.monotonic()
        self.update("")

    def _tick(self) -> None:
        if self._thinking is None:
            return
        seconds = time.monotonic() - self._thinking
        if seconds >= _CLOCK:
            self.update(f"it is thinking … {seconds:.0f} s" if seconds >= 1 else "it is thinking …")
