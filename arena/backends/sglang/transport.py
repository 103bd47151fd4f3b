"""Requests to one or several SGLang servers: to the least busy, again after a loss, for as long as patience lasts."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import aiohttp
import msgspec

from arena.backends.server import ServerSettings
from arena.backends.sglang.info import (
    START_SECONDS,
    ModelInfo,
    Served,
    ServerInfo,
    Unreachable,
    not_sglang,
    refused_key,
)
from arena.errors import InputError, ModelError

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 10.0  # seconds between two tries
_SILENCE = 600.0  # seconds without a byte after which a request counts as lost
_LOST = (aiohttp.ClientError, TimeoutError, OSError, msgspec.MsgspecError)
_MOST_SHOWN = 300  # letters of a server's own message


class _Again(Exception):
    """The server can't answer now: 429 or 5xx."""


class Transport:
    """The connections to some addresses. `checked` is called for an address before it is asked again after a loss;
    it raises what makes going on impossible, such as another model in its place."""

    def __init__(self, urls: Sequence[str], settings: ServerSettings) -> None:
        self.urls = tuple(urls)
        self._settings = settings
        self._busy = dict.fromkeys(self.urls, 0)
        self._away: dict[str, float] = {}  # since when an address doesn't answer
        self._pauses: dict[str, float] = {}  # until when it isn't asked again
        self.checked: Callable[[str], Awaitable[None]] | None = None
        self._session = aiohttp.ClientSession(
            headers=settings.headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=_SILENCE),
            connector=aiohttp.TCPConnector(limit=0),
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._session.close()

    async def served(self, url: str) -> Served:
        """What an address serves, asked once. Raises ModelError if it doesn't answer, InputError if it is no SGLang."""
        try:
            async with asyncio.timeout(START_SECONDS):
                return await self._served(url)
        except _Again as error:
            raise Unreachable(url, str(error)) from error
        except msgspec.MsgspecError as error:
            raise not_sglang(url) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(url, _why(error)) from error

    async def _served(self, url: str) -> Served:
        try:
            model = await self._get(f"{url}/model_info")
        except _Missing:
            try:
                model = await self._get(f"{url}/get_model_info")  # all that a router knows
            except _Missing:
                raise not_sglang(url) from None
        try:
            server = msgspec.json.decode(await self._get(f"{url}/server_info"), type=ServerInfo)
        except (_Missing, _Again, msgspec.MsgspecError):
            server = ServerInfo()
        return Served(msgspec.json.decode(model, type=ModelInfo), server)

    async def _get(self, url: str) -> bytes:
        async with self._session.get(url) as response:
            if response.status in (404, 405):
                raise _Missing
            return await self._body(response)

    async def post(self, body: object, decode: Callable[[bytes], T]) -> T:
        """POST to /generate of the least busy server; again, wherever one answers, if that fails.

        Raises InputError for what the server refuses, ModelError when no server has answered for `patience` seconds.
        """
        data = msgspec.json.encode(body)
        since: float | None = None
        while True:
            url = await self._free()
            self._busy[url] += 1
            try:
                if url in self._away:
                    await self._back(url)
                answer = decode(await self._post(url, data))
                return answer
            except (*_LOST, _Again) as error:
                since = self._lost(url, error, since)
            finally:
                self._busy[url] -= 1

    async def once(self, url: str, body: object, decode: Callable[[bytes], T]) -> T:
        """POST to /generate of one server, once. Raises ModelError if it can't answer now."""
        try:
            return decode(await self._post(url, msgspec.json.encode(body)))
        except (*_LOST, _Again) as error:
            raise Unreachable(url, _why(error)) from error

    async def _post(self, url: str, data: bytes) -> bytes:
        headers = {"Content-Type": "application/json"}
        async with self._session.post(f"{url}/generate", data=data, headers=headers) as response:
            return await self._body(response)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = await response.read()
        if response.status == 200:
            return body
        url = str(response.url.origin())
        if response.status in (401, 403):
            raise refused_key(url)
        if response.status == 429 or response.status >= 500:
            raise _Again(f"status {response.status}")
        said = " ".join(body.decode("utf-8", "replace").split())[:_MOST_SHOWN]
        raise InputError(f"the server at {url} refuses a request (status {response.status}): {said}")

    async def _free(self) -> str:
        """The address with the fewest requests on their way, of those that may be asked; waits for one."""
        while True:
            now = time.monotonic()
            ready = [url for url in self.urls if self._pauses.get(url, 0.0) <= now]
            if ready:
                return min(ready, key=self._busy.__getitem__)
            await asyncio.sleep(min(self._pauses.values()) - now)

    async def _back(self, url: str) -> None:
        """A server that was away is there again: is it the same one?"""
        if self.checked is not None:
            try:
                await self.checked(url)
            except Unreachable as error:
                raise _Again(str(error)) from error
        self._away.pop(url, None)
        self._pauses.pop(url, None)

    def _lost(self, url: str, error: Exception, since: float | None) -> float:
        """A try has failed: pause, longer each time and never all at once, or give up."""
        now = time.monotonic()
        since = now if since is None else since
        self._away.setdefault(url, now)
        away = now - self._away[url]
        if now - since > self._settings.patience and all(url in self._away for url in self.urls):
            raise ModelError(
                f"{url} has not answered for {now - since:.0f} seconds ({_why(error)}): what was played is kept; "
                "the same command goes on when it answers again (--patience waits longer)"
            ) from error
        pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, away / 2))
        self._pauses[url] = now + pause * random.uniform(0.5, 1.0)
        return since


class _Missing(Exception):
    """There is nothing at this path."""


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, msgspec.MsgspecError):
        return "its answer can't be read"
    return " ".join(str(error).split())[:_MOST_SHOWN] or type(error).__name__
