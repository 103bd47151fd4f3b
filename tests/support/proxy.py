"""A reverse proxy as people put before a server: it shows it below a path, under a name of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from aiohttp import WSMsgType, web

_HOPS = {"connection", "upgrade", "transfer-encoding", "content-length", "content-encoding", "keep-alive"}


@contextmanager
def proxied(port: int, to: int, path: str) -> Iterator[None]:
    """Serves on 127.0.0.1, at `port`, what is served at port `to`, below `path`. It keeps the name it was asked by, as
    nginx does with `proxy_set_header Host $http_host`."""
    loop = asyncio.new_event_loop()
    began = threading.Event()

    async def serve() -> None:
        async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as session:

            async def forward(request: web.Request) -> web.StreamResponse:
                address = f"http://127.0.0.1:{to}/{request.match_info['rest']}"
                headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOPS}
                if request.headers.get("Upgrade", "").lower() == "websocket":
                    kept = {name: value for name, value in headers.items() if not name.lower().startswith("sec-")}
                    return await _joined(request, session, f"{address}?{request.query_string}", kept)
                async with session.request(
                    request.method, address, params=request.query, headers=headers, allow_redirects=False
                ) as found:
                    kept = {name: value for name, value in found.headers.items() if name.lower() not in _HOPS}
                    return web.Response(status=found.status, headers=kept, body=await found.read())

            app = web.Application()
            app.router.add_route("*", f"{path}{{rest:.*}}", forward)
            runner = web.AppRunner(app, shutdown_timeout=1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            began.set()
            try:
                await ended.wait()
            finally:
                await runner.cleanup()

    ended = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    began.wait(30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(30)
        loop.close()


async def _joined(
    request: web.Request, session: aiohttp.ClientSession, address: str, headers: dict[str, str]
) -> web.WebSocketResponse:
    """Both sides of a socket, joined until one of them closes it."""
    near = web.WebSocketResponse(max_msg_size=0)
    await near.prepare(request)
    async with session.ws_connect(address, headers=headers, max_msg_size=0) as far:

        async def pass_on(
            one: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
            other: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
        ) -> None:
            async for message in one:
                if message.type is WSMsgType.TEXT:
                    await other.send_str(message.data)
                elif message.type is WSMsgType.BINARY:
                    await other.send_bytes(message.data)
            await other.close()

        await asyncio.gather(pass_on(near, far), pass_on(far, near))
    return near
