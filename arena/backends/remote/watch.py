"""Says within five seconds that a server stays away, and for how long it will be waited for; and when it is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

_PAUSE: Final = 0.5  # seconds between two looks
_LOST: Final = 2.0  # seconds for which a lost server may be away before it is mentioned
_SILENT: Final = 3.0  # seconds for which a server may compute before it is asked whether it is there

Why = str


class Watch:
    """Watches the addresses that owe an answer. `unanswered` has the time since which each of them does, `lost` why the
    last try failed, for those that can't be reached; `alive` asks a silent one for a sign of life."""

    def __init__(
        self,
        unanswered: Mapping[str, float],
        lost: Mapping[str, Why],
        alive: Callable[[str], Awaitable[bool]],
        patience: float,
        tell: Callable[[str], None],
    ) -> None:
        self._unanswered = unanswered
        self._lost = lost
        self._alive = alive
        self._patience = patience
        self._tell = tell
        self._said: dict[str, float] = {}

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(_PAUSE)
            for url in [url for url in self._said if self._unanswered.get(url) != self._said[url]]:
                away = time.monotonic() - self._said.pop(url)
                self._tell(f"{url} answers again, after {away:.0f} seconds")
            await asyncio.gather(*map(self._look, self._unanswered.keys() - self._said.keys()))

    async def _look(self, url: str) -> None:
        since = self._unanswered.get(url, time.monotonic())
        silent = time.monotonic() - since
        if url in self._lost:
            if silent < _LOST:
                return
        elif silent < _SILENT or await self._alive(url):
            return
        if self._unanswered.get(url) == since:
            self._said[url] = since
            why = self._lost.get(url, "it says nothing at all")
            self._tell(f"{url} doesn't answer ({why}): waiting for up to {self._patience:.0f} seconds (--patience)")
