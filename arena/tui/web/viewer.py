"""A viewer's app: a process of its own, which gets only sensible screen sizes. Its page can be replaced by another."""

from __future__ import annotations

import asyncio
import json
import shlex
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import Any, Final

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

_WIDEST, _HIGHEST = 500, 200  # a screen's limits, in characters: twice those of a large one
_LONGEST_SETTING: Final = 32  # bytes; a picture is longer
_LEAVING_SECONDS: Final = 3.0  # the time that an app has to end by itself


class Viewer(AppService):
    """One viewer's app, and the messages from their page, to whose socket it draws."""

    def __init__(self, command: str, socket: web.WebSocketResponse, download_manager: DownloadManager) -> None:
        super().__init__(command, **_onto(socket), download_manager=download_manager)
        self._settings: list[bytes] = []  # what it tells a terminal before the first picture, such as to report a mouse
        self._keys = ""  # what it told the page of its keys last
        self._has_drawn = False
        self._has_left = False

    @property
    def runs(self) -> bool:
        """Whether the app runs, and hasn't been left by its own key."""
        return self._process is not None and self._process.returncode is None and not self._has_left

    def draw_nowhere(self) -> None:
        """The page is gone; the app goes on."""
        self.remote_write_bytes = self.remote_write_str = _ignore
        self.remote_close = _do_nothing

    async def draw_onto(self, socket: web.WebSocketResponse, width: int, height: int) -> None:
        """Draw onto another page from now on, the whole screen first."""
        self.remote_write_bytes, self.remote_write_str, self.remote_close = _onto(socket).values()
        for setting in self._settings:
            await socket.send_bytes(setting)
        if self._keys:
            await socket.send_str(self._keys)
        width, height = _bounded(width, height)
        await self.set_terminal_size(width, height - 1)  # a change of size makes it draw everything
        await self.set_terminal_size(width, height)

    async def on_data(self, payload: bytes) -> None:
        """Pass what the app draws to the page."""
        self._has_drawn = self._has_drawn or len(payload) > _LONGEST_SETTING
        if not self._has_drawn:
            self._settings.append(payload)
        with suppress(ConnectionError):  # the page is just gone
            await super().on_data(payload)

    async def on_meta(self, data: bytes) -> None:
        """Take what the app says about itself. Its keys are for the page; the rest is textual-serve's."""
        said = json.loads(data)
        self._has_left = self._has_left or said.get("type") == "exit"
        with suppress(ConnectionError):
            if said.get("type") == "keys":
                self._keys = json.dumps(["keys", said["keys"]])
                await self.remote_write_str(self._keys)
            else:
                await super().on_meta(data)

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
        if json.loads(data).get("type") != "keys":
            await super().on_meta(data)


def _onto(socket: web.WebSocketResponse) -> dict[str, Any]:
    """How to write to a page, and how to close it."""

    async def close() -> None:
        await socket.close()

    return {"write_bytes": socket.send_bytes, "write_str": socket.send_str, "close": close}


async def _ignore(_: object) -> None:
    pass


async def _do_nothing() -> None:
    pass


def _bounded(width: int, height: int) -> tuple[int, int]:
    return min(max(width, 1), _WIDEST), min(max(height, 1), _HIGHEST)
