"""The page for judging poems, served to judges and alone: the app would tell who wrote what."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from aiohttp import web

from arena.experiments.poems.elsewhere.page import Page
from arena.tui.web.access import QUERY, Access, is_loopback
from arena.tui.web.listening import LEAVING_SECONDS, Handler, bind, protect

_POLICY: Final = "Content-Security-Policy"


class JudgingServer:
    """Serves a page to whoever has the key; `names` are the server's host names besides `host`, and `url` is where a
    proxy shows it."""

    def __init__(
        self,
        page: Page,
        host: str,
        port: int,
        say: Callable[[str], None],
        *,
        names: Collection[str] = (),
        url: str = "",
    ) -> None:
        self._page, self._host, self._port, self._say = page, host, port, say
        self._access = Access(host, port, names, url)

    def run(self) -> None:
        """Serve until Ctrl-C. Raises InputError if the port or the host can't be used."""
        taken = bind(self._host, self._port)
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/", self._show)
        app.on_response_prepare.append(protect)
        app.on_startup.append(self._tell)
        try:
            web.run_app(app, sock=taken, shutdown_timeout=LEAVING_SECONDS, print=None, access_log=None)
        finally:
            taken.close()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whoever may not judge; take the key out of the address."""
        if why := self._access.refusal(request):
            raise web.HTTPForbidden(text=why)
        if QUERY in request.query:
            moved = web.HTTPFound("./")
            self._access.remember(request, moved)
            raise moved
        return await handler(request)

    async def _show(self, _: web.Request) -> web.Response:
        policy = f"{self._page.policy}; frame-ancestors 'none'"
        return web.Response(text=self._page.html, content_type="text/html", headers={_POLICY: policy})

    async def _tell(self, _: web.Application) -> None:
        """Print where the page is, and to whom it is open."""
        if not is_loopback(self._host):
            self._say(f"whoever reaches port {self._port} of this machine and has the key below can judge")
        self._say(f"the page for judges is at {self._access.address()} (Ctrl-C ends it)")
