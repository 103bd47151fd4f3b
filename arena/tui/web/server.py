"""The app in a browser: each viewer gets an app of their own in a process, drawn by textual-serve.

Two things are Arena's own: the page loads nothing from elsewhere, so that it works without a network, and a
viewer's connection is refused unless it comes from this very page: else any site that a person visits could
play on their machine, as a browser lets every page open a socket to 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import shlex
import socket
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from arena.errors import InputError

PAGES: Final = Path(__file__).parent / "pages"
_LEAVING_SECONDS = 3.0  # that the viewers' apps have to end when the server does

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebServer(Server):
    """Serves the app that `command` starts, to anybody who reaches `host` and `port`."""

    def __init__(self, command: Sequence[str], host: str, port: int, say: Callable[[str], None]) -> None:
        super().__init__(shlex.join(command), host, port, title="Arena", templates_path=PAGES)
        self._say = say
        self._viewers: dict[web.WebSocketResponse, Process] = {}

    def initialize_logging(self) -> None:
        """Only what a person should read; each viewer's coming and going is not."""
        logging.basicConfig(level=logging.WARNING, format="arena: %(message)s")

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a host name that isn't ours, and a page of another site."""
        if is_loopback(self.host) and not is_loopback(_host_of(f"//{request.host}")):
            raise web.HTTPForbidden(text="Arena is served to this machine only.")
        origin = request.headers.get("Origin")
        if origin is not None and _netloc_of(origin) != request.host:
            raise web.HTTPForbidden(text="Arena answers its own page only.")
        return await handler(request)

    async def on_startup(self, app: web.Application) -> None:
        """Say where the app is, and to whom it is open."""
        if not is_loopback(self.host):
            self._say(f"anyone who reaches port {self.port} of this machine can play, and sees what is in the store")
        self._say(f"the app is at {self.public_url} (Ctrl-C ends it)")

    async def on_shutdown(self, app: web.Application) -> None:
        """End the viewers' apps, and wait until they are gone; else they would outlive the server."""
        processes = list(self._viewers.values())
        await asyncio.gather(*(viewer.close() for viewer in tuple(self._viewers)), return_exceptions=True)
        for process in processes:
            try:
                await asyncio.wait_for(process.wait(), _LEAVING_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: AppService) -> None:
        assert app_service._process is not None  # it was started just before
        self._viewers[websocket] = app_service._process
        try:
            await super()._process_messages(websocket, app_service)
        finally:
            await app_service.stop()
            self._viewers.pop(websocket)

    def run(self) -> None:
        """Serve until Ctrl-C. Raises InputError where the port or the host can't be had."""
        taken = _bind(self.host, self.port)
        self.initialize_logging()
        try:
            web.run_app(self._make_app(), sock=taken, shutdown_timeout=_LEAVING_SECONDS, print=None, access_log=None)
        finally:
            taken.close()


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _netloc_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _bind(host: str, port: int) -> socket.socket:
    """A socket at the address; what hinders that is said in a sentence."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:  # the second for a name that can't be a host's
        why = getattr(error, "strerror", error)
        raise InputError(f"--host {host!r} is no address of this machine: {why}") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()  # who comes before the server is ready waits, and isn't turned away
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is taken: choose another with --port") from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise InputError(f"port {port} may not be opened by this user: choose one from 1024 with --port") from error
        raise InputError(f"{host} port {port} can't be opened: {error.strerror}") from error
    return bound
