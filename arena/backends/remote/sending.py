"""Where a request is sent: to one server, or to any of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from arena.backends.remote.transport import Transport

T = TypeVar("T")


class Send(Protocol):
    """Sends a request, and reads the answer, which has at most so many bytes. Raises ModelError if the server stays
    away or can't be believed, InputError if it refuses the request."""

    async def __call__(self, body: object, most: int, decode: Callable[[bytes], T], /) -> T: ...


def to_any(servers: Transport, path: str) -> Send:
    """To the least busy server, with patience."""

    async def send(body: object, most: int, decode: Callable[[bytes], T], /) -> T:
        return await servers.post(path, body, most, decode)

    return send


def to(servers: Transport, url: str, path: str) -> Send:
    """To one server, once."""

    async def send(body: object, most: int, decode: Callable[[bytes], T], /) -> T:
        return await servers.once(url, path, body, most, decode)

    return send
