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
from typing import Final, NamedTuple

import aiohttp_jinja2
from aiohttp import WSMsgType, web
from textual_serve.server import Server, to_int

from arena.tui.web.access import QUERY, Access, is_loopback
from arena.tui.web.listening import LEAVING_SECONDS, Handler, bind, protect
from arena.tui.web.returning import Away
from arena.tui.web.viewer import Spectator, Viewer

PAGES: Final = Path(__file__).parent / "pages"
_WATCH: Final = "/watch/"  # the spectators' page
_SHARED: Final = ("/static/", "/arena.js")
_LONGEST_MESSAGE: Final = 1 << 20  # bytes from a page: a large paste


class Spectators(NamedTuple):
    """The command that starts the app of one who may only watch, and how many may at once."""

    command: Sequence[str]
    most: int


class WebServer(Server):
    """Serves the app that `command` starts to at most `viewers` people at once who have the key; `names` are its host
    names besides `host`, and `url` is where a proxy shows it. `spectators` have an address of their own."""

    def __init__(
        self,
        command: Sequence[str],
        host: str,
        port: int,
        say: Callable[[str], None],
        *,
        viewers: int,
        names: Collection[str] = (),
        url: str = "",
        spectators: Spectators | None = None,
    ) -> None:
        super().__init__(shlex.join(command), host, port, title="Arena", templates_path=PAGES)
        self._say = say
        self._access = Access(host, port, names, url)
        self._watching = Access(host, port, names, url, what="watch-") if spectators else None
        self._commands = {"": self.command, _WATCH: shlex.join(spectators.command) if spectators else ""}
        self._most = {"": viewers, _WATCH: spectators.most if spectators else 0}
        self._viewers: dict[web.WebSocketResponse, Viewer | None] = {}
        self._places: dict[web.WebSocketResponse, str] = {}  # "" or _WATCH
        self._visitors: dict[web.WebSocketResponse, str] = {}  # "" for those who don't come back to their app
        self._away = Away()
        self._ending = False

    def initialize_logging(self) -> None:
        """Log only what a person should read, not each viewer's coming and going."""
        logging.basicConfig(level=logging.WARNING, format="arena: %(message)s")

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.router.add_get("/arena.js", self._script)
        if self._watching is not None:
            app.router.add_get(_WATCH, self.handle_index)
            app.router.add_get(f"{_WATCH}ws", self.handle_websocket)
        app.middlewares.append(self._guard)
        app.on_response_prepare.append(protect)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whoever may not see the app; take the key out of the address."""
        place = _place(request)
        access = self._watching if place == _WATCH and self._watching is not None else self._access
        why = access.refusal(request)
        if why and self._watching is not None and request.path.startswith(_SHARED):
            why = self._watching.refusal(request)  # what both pages load
        if why:
            raise web.HTTPForbidden(text=why)
        if request.path in ("/", _WATCH) and QUERY in request.query:
            moved = web.HTTPFound("./")
            access.remember(request, moved)
            raise moved
        is_taking = request.path in ("/", "/ws", _WATCH, f"{_WATCH}ws") and not self._is_back(request)
        if is_taking and 0 < self._most[place] <= self._taken(place):  # 0: there is no such page
            option = "--spectators" if place else "--viewers"
            raise web.HTTPServiceUnavailable(
                text=f"All {self._most[place]} places are taken. Try again when somebody has left, or have more "
                f"allowed with arena web {option}."
            )
        response = await handler(request)
        if request.path == "/":
            self._access.greet(request, response)
        return response

    def _taken(self, place: str) -> int:
        return list(self._places.values()).count(place)

    def _is_back(self, request: web.Request) -> bool:
        """Whether this visitor has a place already: they reload their page."""
        visitor = "" if _place(request) else self._access.visitor(request)
        is_still_here = request.path == "/" and visitor in self._visitors.values()  # the old page isn't gone yet
        return bool(visitor) and (is_still_here or self._away.expects(visitor))

    @aiohttp_jinja2.template("app_index.html")
    async def handle_index(self, request: web.Request) -> dict[str, object]:
        """The page. Its addresses are relative, so that a proxy may show it below any path."""
        return {"font_size": 16, "root": "../" if _place(request) else "", "title": self.title}

    async def _script(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGES / "arena.js")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Connect a viewer's page to an app until one of them ends; a player's app waits a while for the page's
        return."""
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=_LONGEST_MESSAGE)
        place = self._places[socket] = _place(request)
        visitor = self._visitors[socket] = "" if place else self._access.visitor(request)
        self._viewers[socket] = None
        try:
            await socket.prepare(request)
            width, height = (to_int(request.query.get(name, ""), 80) for name in ("width", "height"))
            viewer = await self._opened(socket, width, height)
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    with suppress(ValueError, RecursionError):  # not JSON
                        if (answer := await viewer.take(message.json())) is not None:
                            await socket.send_json(answer)
        except ConnectionError:
            pass  # the viewer is gone
        finally:
            del self._places[socket], self._visitors[socket]
            left = self._viewers.pop(socket)
            if left is not None and left.runs and visitor and not self._ending:
                self._away.leave(visitor, left)
            elif left is not None:
                await asyncio.shield(left.end())
        return socket

    async def _opened(self, socket: web.WebSocketResponse, width: int, height: int) -> Viewer:
        """The app that the visitor left a moment ago, or a new one."""
        place, visitor = self._places[socket], self._visitors[socket]
        if visitor and (viewer := self._away.back(visitor)) is not None:
            self._viewers[socket] = viewer
            await viewer.draw_onto(socket, width, height)
            return viewer
        if not place and self._taken(place) + len(self._away) > self._most[place]:
            await self._away.make_room()
        viewer = (Spectator if place else Viewer)(self._commands[place], socket, self.download_manager)
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
        if self._watching is not None:
            self._say(f"who opens {self._watching.address(_WATCH[1:])} can only watch the match")
        self._say(f"the app is at {self._access.address()} (Ctrl-C ends it)")

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


def _place(request: web.Request) -> str:
    """Whose page is asked for: "" the players', or the spectators'."""
    return _WATCH if request.path.startswith(_WATCH) else ""
