"""The app in a browser: each viewer gets an app of their own in a process, drawn by textual-serve.

The page is Arena's own and loads nothing from elsewhere, so that it works without a network.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from aiohttp import WSMsgType, web
from textual_serve.server import Server, to_int

from arena.tui.web.access import QUERY, Access, is_loopback
from arena.tui.web.listening import LEAVING_SECONDS, Handler, bind, protect
from arena.tui.web.returning import Away
from arena.tui.web.viewer import Viewer

PAGES: Final = Path(__file__).parent / "pages"
_LONGEST_MESSAGE: Final = 1 << 20  # bytes from a page: a large paste


class WebServer(Server):
    """Serves the app that `command` starts to at most `viewers` people at once who have the key; `names` are its host
    names besides `host`."""

    def __init__(
        self,
        command: Sequence[str],
        host: str,
        port: int,
        say: Callable[[str], None],
        *,
        viewers: int,
        names: Collection[str] = (),
    ) -> None:
        super().__init__(shlex.join(command), host, port, title="Arena", templates_path=PAGES)
        self._say = say
        self._most = viewers
        self._access = Access(host, port, names)
        self._viewers: dict[web.WebSocketResponse, Viewer | None] = {}
        self._visitors: dict[web.WebSocketResponse, str] = {}
        self._away = Away()
        self._ending = False

    def initialize_logging(self) -> None:
        """Log only what a person should read, not each viewer's coming and going."""
        logging.basicConfig(level=logging.WARNING, format="arena: %(message)s")

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.router.add_get("/arena.js", self._script)
        app.middlewares.append(self._guard)
        app.on_response_prepare.append(protect)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whoever may not see the app; take the key out of the address."""
        if why := self._access.refusal(request):
            raise web.HTTPForbidden(text=why)
        if request.path == "/" and QUERY in request.query:
            moved = web.HTTPFound("./")
            self._access.remember(request, moved)
            raise moved
        is_full = len(self._viewers) >= self._most and not self._is_back(request)
        if request.path in ("/", "/ws") and is_full:
            raise web.HTTPServiceUnavailable(
                text=f"All {self._most} places are taken. Try again when somebody has left, or have more allowed with "
                "arena web --viewers."
            )
        response = await handler(request)
        if request.path == "/":
            self._access.greet(request, response)
        return response

    def _is_back(self, request: web.Request) -> bool:
        """Whether this visitor has a place already: they reload their page."""
        visitor = self._access.visitor(request)
        is_still_here = request.path == "/" and visitor in self._visitors.values()  # the old page isn't gone yet
        return bool(visitor) and (is_still_here or self._away.expects(visitor))

    async def _script(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGES / "arena.js")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Connect a viewer's page to an app until one of them ends; the app waits a while for the page's return."""
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=_LONGEST_MESSAGE)
        self._viewers[socket] = None
        visitor = self._visitors[socket] = self._access.visitor(request)
        try:
            await socket.prepare(request)
            width, height = (to_int(request.query.get(name, ""), 80) for name in ("width", "height"))
            viewer = await self._opened(socket, visitor, width, height)
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    with suppress(ValueError, RecursionError):  # not JSON
                        if (answer := await viewer.take(message.json())) is not None:
                            await socket.send_json(answer)
        except ConnectionError:
            pass  # the viewer is gone
        finally:
            del self._visitors[socket]
            left = self._viewers.pop(socket)
            if left is not None and left.runs and visitor and not self._ending:
                self._away.leave(visitor, left)
            elif left is not None:
                await asyncio.shield(left.end())
        return socket

    async def _opened(self, socket: web.WebSocketResponse, visitor: str, width: int, height: int) -> Viewer:
        """The app that the visitor left a moment ago, or a new one."""
        if visitor and (viewer := self._away.back(visitor)) is not None:
            self._viewers[socket] = viewer
            await viewer.draw_onto(socket, width, height)
            return viewer
        if len(self._viewers) + len(self._away) > self._most:
            await self._away.make_room()
        viewer = Viewer(self.command, socket, self.download_manager)
        await viewer.start(width, height)
        self._viewers[socket] = viewer
        return viewer

    async def on_startup(self, app: web.Application) -> None:
        """Print where the app is, and to whom it is open."""
        if not is_loopback(self.host):
            self._say(
                f"whoever reaches port {self.port} of this machine and has the key below can play, and sees what is in "
                "the store"
            )
        self._say(f"the app is at {self.public_url}/?{QUERY}={self._access.key} (Ctrl-C ends it)")

    async def on_shutdown(self, app: web.Application) -> None:
        """End the viewers' apps and wait until they are gone; otherwise they would outlive the server."""
        self._ending = True
        await self._away.end()
        viewers = [viewer for viewer in self._viewers.values() if viewer is not None]
        await asyncio.gather(*(viewer.end() for viewer in viewers), return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in tuple(self._viewers)), return_exceptions=True)

    def run(self) -> None:
        """Serve until Ctrl-C. Raises InputError if the port or the host can't be used."""
        taken = bind(self.host, self.port)
        self.initialize_logging()
        try:
            web.run_app(self._make_app(), sock=taken, shutdown_timeout=LEAVING_SECONDS, print=None, access_log=None)
        finally:
            taken.close()
