"""What all servers here need: a socket at an address, and the headers of every response."""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from arena.errors import InputError
from arena.tui.web.access import HEADERS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LEAVING_SECONDS: Final = 10.0  # the time that open connections have when a server ends


async def protect(_: web.Request, response: web.StreamResponse) -> None:
    """Send the headers that protect what is served from other pages; a response may have a policy of its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def bind(host: str, port: int) -> socket.socket:
    """A socket at the address. Raises InputError if it can't be opened."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:  # the second for an impossible host name
        why = getattr(error, "strerror", error)
        raise InputError(f"--host {host!r} isn't an address of this machine: {why}") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()  # whoever comes before the server is ready waits, and isn't turned away
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is taken: choose another with --port") from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise InputError(f"port {port} may not be opened by this user: choose one from 1024 with --port") from error
        raise InputError(f"{host} port {port} can't be opened: {error.strerror}") from error
    return bound
