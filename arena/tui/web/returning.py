"""Viewers whose page is gone, perhaps for a reload: their apps wait a while, so that they come back to their match."""

from __future__ import annotations

import asyncio
from typing import Final

from arena.tui.web.viewer import Viewer

WAITING_SECONDS: Final = 60.0  # for which an app waits for its viewer


class Away:
    """The apps that wait, by the visitor who may come back to them; the one that waits longest first."""

    def __init__(self) -> None:
        self._waiting: dict[Viewer, tuple[str, asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def expects(self, visitor: str) -> bool:
        """Whether an app waits for this visitor."""
        return any(waits_for == visitor for waits_for, _ in self._waiting.values())

    def leave(self, visitor: str, viewer: Viewer) -> None:
        """The visitor's page is gone: let their app wait."""
        viewer.draw_nowhere()
        self._waiting[viewer] = visitor, asyncio.create_task(self._wait(viewer), name="a viewer is away")

    def back(self, visitor: str) -> Viewer | None:
        """The app that the visitor left last, which no longer waits; None if there is none."""
        for viewer, (waits_for, waiting) in reversed(self._waiting.items()):
            if waits_for == visitor and viewer.runs:
                waiting.cancel()
                del self._waiting[viewer]
                return viewer
        return None

    async def make_room(self) -> None:
        """End the app that has waited longest."""
        if self._waiting:
            viewer = next(iter(self._waiting))
            _, waiting = self._waiting.pop(viewer)
            waiting.cancel()
            await viewer.end()

    async def end(self) -> None:
        """End all of them."""
        await asyncio.gather(*(self.make_room() for _ in range(len(self._waiting))), return_exceptions=True)

    async def _wait(self, viewer: Viewer) -> None:
        await asyncio.sleep(WAITING_SECONDS)
        self._waiting.pop(viewer, None)
        await viewer.end()
