"""A viewer's app: a process of its own, which ends when the viewer leaves, and gets only sensible screen sizes."""

from __future__ import annotations

import asyncio
import json
import shlex
from asyncio.subprocess import PIPE, Process
from typing import Any, Final

from textual_serve.app_service import AppService

_WIDEST, _HIGHEST = 500, 200  # a screen's limits, in characters: twice those of a large one
_LEAVING_SECONDS: Final = 3.0  # the time that an app has to end by itself


class Viewer(AppService):
    """One viewer's app, and the messages from their page."""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        # without a shell in between, so that the app notices when the server is gone
        environment = self._build_environment(*_bounded(width, height))
        self._process = await asyncio.create_subprocess_exec(
            *shlex.split(self.command), stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
        )
        self._stdin = self._process.stdin
        return self._process

    async def take(self, envelope: Any) -> Any:
        """Pass a message from the page to the app, ignoring anything that isn't one. Returns an answer to the page, or
        None."""
        match envelope:
            case ["stdin", str(text)]:
                await self.send_bytes(text.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(*_bounded(width, height))
            case ["ping", data]:
                return ["pong", data]
            case ["blur", *_]:
                await self.blur()
            case ["focus", *_]:
                await self.focus()
        return None

    async def on_meta(self, data: bytes) -> None:
        """Pass what the app says of its keys to the page; the rest is textual-serve's."""
        said = json.loads(data)
        if said["type"] == "keys":
            await self.remote_write_str(json.dumps(["keys", said["keys"]]))
        else:
            await super().on_meta(data)

    async def end(self) -> None:
        """Make the app leave as by its own key, or end it if it doesn't."""
        process = self._process
        assert process is not None
        try:
            await asyncio.wait_for(self.stop(), _LEAVING_SECONDS)
            await asyncio.wait_for(process.wait(), _LEAVING_SECONDS)
        except TimeoutError:
            if process.returncode is None:
                process.kill()
            await process.wait()


class Spectator(Viewer):
    """A spectator's app. Nothing that their page sends reaches it but the size of the page."""

    async def take(self, envelope: Any) -> Any:
        """Pass on the size alone."""
        match envelope:
            case ["resize", _] | ["ping", _]:
                return await super().take(envelope)
        return None

    async def on_meta(self, data: bytes) -> None:
        """There are no keys for them."""
        if json.loads(data)["type"] != "keys":
            await super().on_meta(data)


def _bounded(width: int, height: int) -> tuple[int, int]:
    return min(max(width, 1), _WIDEST), min(max(height, 1), _HIGHEST)
