"""One HTTP request to a server, within limits: no redirects, no more bytes than expected, and no key for others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp

from arena.backends.keys import authorization
from arena.backends.remote.answers import Untrue
from arena.backends.remote.refusals import redirects, refused_key
from arena.errors import InputError

# what is raised if no answer comes
LOST: Final = (aiohttp.ClientError, TimeoutError, OSError, UnicodeError)

_MOST_INFO = 1 << 22  # bytes of what a server says about itself
_MOST_SHOWN = 300  # letters of a server's own message


class Connections:
    """The connections to some addresses. Everything may raise one of `LOST`. `keep`: they are used again."""

    def __init__(self, urls: Sequence[str], key: str, keep: bool) -> None:
        self._headers = {url: authorization(url, key) for url in urls}
        self._session = aiohttp.ClientSession(
            headers={"Accept-Encoding": "identity"},  # a few compressed bytes may be a gigabyte
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0),  # the rest is the caller's `asyncio.timeout`
            connector=aiohttp.TCPConnector(limit=0, force_close=not keep),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def answer(self, url: str, path: str, most: int = _MOST_INFO, data: bytes | None = None) -> bytes:
        """The body, at most `most` bytes, of an answer with status 200: to a POST if there is data to send, else to a
        GET. Raises Missing, Again, Untrue, InputError or ModelError for another one."""
        method = "POST" if data else "GET"
        headers = self._headers[url] | ({"Content-Type": "application/json"} if data else {})
        async with self._session.request(
            method, url + path, data=data, headers=headers, allow_redirects=False
        ) as response:
            status = response.status
            if status == 200:
                body = await _read(response, most)
                if len(body) > most:
                    raise Untrue(f"it is longer than {most} bytes")
                return body
            if method == "GET" and status in (404, 405):
                raise Missing
            if status == 429 or status >= 500:
                raise Again(status, seconds_asked(response.headers.get("Retry-After", "")))
            if status in (401, 403):
                raise refused_key(url, sent="Authorization" in headers)
            if 300 <= status < 400:
                raise redirects(url, status)
            said = " ".join((await _read(response, _MOST_SHOWN)).decode("utf-8", "replace").split())[:_MOST_SHOWN]
            raise InputError(f"the server at {url} refuses a request (status {status}): {said}")


class Missing(Exception):
    """There is nothing at this path."""


class Again(Exception):
    """The server can't answer now; `wait` is for how many seconds, if it says so, or 0."""

    def __init__(self, reason: int | str, wait: float = 0.0) -> None:
        asks = f", it asks to wait {wait:.0f} seconds" if wait else ""
        super().__init__(f"status {reason}{asks}" if isinstance(reason, int) else reason)
        self.wait = wait
        self.is_busy = reason == 429


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """A body, or its beginning if it is longer than that."""
    body = bytearray()
    async for part in response.content.iter_any():
        body += part
        if len(body) > most:
            break
    return bytes(body)


def seconds_asked(said: str) -> float:
    """The seconds that a busy server asks for by Retry-After, given in seconds or as a date; 0 if it is neither."""
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no whole answer in time"
    return " ".join(str(error).split())[:_MOST_SHOWN] or type(error).__name__
