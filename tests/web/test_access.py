"""Who is let in by `arena web`, what they may send and name, and what is left when they go: without a browser."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest

from benchmarks.support.sglang_server import free_port
from tests.support.commands import PATIENCE, wait_for
from tests.web.conftest import Serve

pytestmark = pytest.mark.web


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Message
    body: str


def get(address: str, path: str, **headers: str) -> Answer:
    """One request, as any program could make it."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        found = connection.getresponse()
        return Answer(found.status, found.headers, found.read().decode())


def cookie(address: str) -> str:
    """What a browser is given for the key in the address."""
    moved = get(address, f"/?{urlsplit(address).query}")
    assert moved.status == 302 and moved.headers["Location"] == "./"
    given = moved.headers["Set-Cookie"]
    assert "HttpOnly" in given and "SameSite=Strict" in given
    return given.partition(";")[0]


def test_nothing_is_served_without_the_key(serve: Serve) -> None:
    address = serve()
    for path in ("/", "/ws", "/static/js/textual.js", "/arena.js", "/download/x", "/?key=wrong", "/nothing"):
        refused = get(address, path)
        assert refused.status == 403 and "which is the key to this page" in refused.body, path
    page = get(address, "/", Cookie=cookie(address))
    assert page.status == 200
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer" and page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Host": "rebound.example"},
        {"Host": "["},
    ],
)
def test_another_site_is_refused(serve: Serve, headers: dict[str, str]) -> None:
    """A page of any site can open a socket to 127.0.0.1, or have its own name point there."""
    address = serve()
    key = cookie(address)
    assert get(address, "/ws", Cookie=key, Upgrade="websocket", Connection="Upgrade", **headers).status == 403


def test_behind_a_proxy_its_name_has_to_be_allowed(serve: Serve) -> None:
    closed = serve()
    refused = get(closed, "/", Cookie=cookie(closed), Host="arena.example")
    assert refused.status == 403 and "arena web --allow-host arena.example" in refused.body
    opened = serve("--allow-host", "arena.example")
    key = cookie(opened)
    assert get(opened, "/", Cookie=key, Host="arena.example", Origin="https://arena.example").status == 200
    assert get(opened, "/", Cookie=key, Origin="https://arena.example").status == 200  # one that hides its own name


Talk = Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]]


def talk(address: str, *viewers: Talk) -> None:
    """Connect a viewer for each, one after another, all at once there."""

    async def all_of_them() -> None:
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address that is a number
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            async with session.get(address):
                pass
            place = f"http://{urlsplit(address).netloc}/ws?width=80&height=24"
            sockets = [await session.ws_connect(place, max_msg_size=0) for _ in viewers]
            for socket, viewer in zip(sockets, viewers, strict=True):
                await viewer(socket)
            for socket in sockets:
                await socket.close()

    asyncio.run(all_of_them())


async def until(socket: aiohttp.ClientWebSocketResponse, what: bytes) -> None:
    """Read what the app draws until this is among it."""
    seen = b""
    async with asyncio.timeout(PATIENCE):
        while what not in seen:
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.BINARY or message.type is aiohttp.WSMsgType.TEXT, message
            seen += message.data if isinstance(message.data, bytes) else b""


def apps_of(server: int) -> list[psutil.Process]:
    """The viewers' apps of a server."""
    return psutil.Process(server).children(recursive=True)


def server_of(address: str) -> int:
    """The process that listens at an address."""
    port = urlsplit(address).port
    return next(
        found.pid
        for found in psutil.net_connections("tcp")
        if found.status == "LISTEN" and found.laddr.port == port and found.pid is not None
    )


def test_messages_that_make_no_sense_and_sizes_without_end(serve: Serve) -> None:
    address = serve()

    async def hostile(socket: aiohttp.ClientWebSocketResponse) -> None:
        await until(socket, b"predictable")
        (app,) = apps_of(server_of(address))
        before = app.memory_info().rss
        strange: list[Any] = [
            *(1, None, {}, [], ["stdin"], ["stdin", 5], ["stdin", "\ud800"], ["resize"], ["resize", {"width": "x"}]),
            *(["resize", {"width": 10**5, "height": 10**5}], ["resize", {"width": -1, "height": 0}]),
            ["resize", {"width": 1.5, "height": 2**80}],
        ]
        for message in strange:
            await socket.send_str(json.dumps(message))
        await socket.send_str("{")
        await socket.send_str("[" * 100_000)
        await socket.send_str(json.dumps(["resize", {"width": 80, "height": 24}]))
        await socket.send_json(["ping", 7])
        while (message := await socket.receive(timeout=60)).type is not aiohttp.WSMsgType.TEXT or (
            json.loads(message.data)[0] == "keys"
        ):
            pass
        assert json.loads(message.data) == ["pong", 7]
        await socket.send_json(["stdin", "o"])
        await until(socket, b"esults")
        assert app.memory_info().rss < before + 200 * 2**20

    talk(address, hostile)
    server = server_of(address)
    wait_for(lambda: not apps_of(server))


def test_so_many_viewers_and_no_more(serve: Serve) -> None:
    address = serve("--viewers", "1")

    async def only(socket: aiohttp.ClientWebSocketResponse) -> None:
        await until(socket, b"predictable")
        refused = await asyncio.to_thread(lambda: get(address, "/", Cookie=cookie(address)))
        assert refused.status == 503 and "places are taken" in refused.body

    talk(address, only)
    wait_for(lambda: get(address, "/", Cookie=cookie(address)).status == 200)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_app_outlives_the_server(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "arena", "web", "--port", str(free_port())]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        assert server.stderr is not None
        address = server.stderr.readline().split("the app is at ")[1].split()[0]
        apps: list[psutil.Process] = []

        async def watch(socket: aiohttp.ClientWebSocketResponse) -> None:
            await until(socket, b"predictable")
            apps.extend(apps_of(server.pid))
            server.send_signal(number)
            while (await socket.receive(timeout=60)).type is aiohttp.WSMsgType.BINARY:
                pass

        talk(address, watch)
        server.wait(60)
    assert apps
    wait_for(lambda: not any(app.is_running() and app.status() != psutil.STATUS_ZOMBIE for app in apps))


@pytest.mark.parametrize(("options", "is_guest"), [((), True), (("--allow-paths",), False)])
def test_viewers_are_guests_unless_the_host_says_otherwise(
    serve: Serve, options: tuple[str, ...], is_guest: bool
) -> None:
    address = serve(*options)

    async def viewer(socket: aiohttp.ClientWebSocketResponse) -> None:
        await until(socket, b"predictable")
        (app,) = apps_of(server_of(address))
        assert ("--guest" in app.cmdline()) == is_guest

    talk(address, viewer)


def test_a_host_for_others_comes_with_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "arena", "web", "--host", "0.0.0.0", "--port", str(free_port())]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        assert server.stderr is not None
        try:
            assert "whoever reaches port" in server.stderr.readline()
            address = server.stderr.readline().split("the app is at ")[1].split()[0].replace("0.0.0.0", "127.0.0.1")
            key = cookie(address)
            assert get(address, "/", Cookie=key, Host="192.0.2.7").status == 200
            assert get(address, "/", Cookie=key, Host="rebound.example").status == 403
        finally:
            server.terminate()
            server.wait(timeout=20)
