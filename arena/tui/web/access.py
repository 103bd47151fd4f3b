"""Who may see the app in a browser: whoever has the key from the address, under a host name that is ours.

A page of any site can open a socket to 127.0.0.1, or make its own name point there. So the address that `arena web`
prints contains a key, as Jupyter's does; it becomes a cookie of this page, which no other page gets or can read.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Collection
from hmac import compare_digest
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

QUERY: Final = "key"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the key is in the first address
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Access:
    """Accepts or refuses requests to a server that listens at `host` and `port`.

    `names` are its other host names, `url` is the address at which a proxy shows it ("" without one). `what` it gives
    access to names its cookie.
    """

    def __init__(self, host: str, port: int, names: Collection[str], url: str = "", what: str = "") -> None:
        self.key = secrets.token_urlsafe(24)
        self._cookie = f"arena-{what}{port}"  # a browser sends a host's cookies to all of its ports
        self._visitor = f"arena-visitor-{port}"
        self._url = url or f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        self._names = {name.lower() for name in (*names, host, "localhost", host_of(url)) if name}
        self._to_others = not is_loopback(host)
        if self._to_others:
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower()}

    def address(self, page: str = "") -> str:
        """The address of a page, with the key."""
        return f"{self._url}{page}?{QUERY}={self.key}"

    def refusal(self, request: web.Request) -> str:
        """Why a request is refused, as a sentence for whoever reads the page; "" if it isn't."""
        host = host_of(f"//{request.host}")
        if not self._is_ours(host):
            return (
                f"Arena doesn't know itself by the name {host!r}. If a proxy or a name of yours leads here, start it "
                f"with: arena web --allow-host {host}"
            )
        origin = request.headers.get("Origin")
        if origin is not None and not self._is_our_page(origin, request.host):
            return "Arena answers its own page only."
        if not self._has_key(request):
            return f"Open the address that `arena web` printed: it ends in ?{QUERY}=..., which is the key to this page."
        return ""

    def remember(self, request: web.Request, response: web.StreamResponse) -> None:
        """Make the browser keep the key, so that the address needn't contain it."""
        self._set(request, response, self._cookie, self.key)

    def greet(self, request: web.Request, response: web.StreamResponse) -> None:
        """Make the browser keep a name for its visitor, unless it has one, so that they can come back to their app."""
        if not self.visitor(request):
            self._set(request, response, self._visitor, secrets.token_urlsafe(24))

    def visitor(self, request: web.Request) -> str:
        """The visitor's name; "" for a browser that has none yet."""
        return request.cookies.get(self._visitor, "")

    def _set(self, request: web.Request, response: web.StreamResponse, cookie: str, value: str) -> None:
        secure = self._url.startswith("https:") or request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
        response.set_cookie(cookie, value, httponly=True, samesite="Strict", secure=secure)

    def _is_ours(self, host: str) -> bool:
        # a page elsewhere can make a name of its own point here, but not an IP address
        return host in self._names or (_address(host) is not None if self._to_others else is_loopback(host))

    def _is_our_page(self, origin: str, host: str) -> bool:
        """Whether a page is ours; a proxy may have a different scheme and port than the server behind it."""
        try:
            return urlsplit(origin).netloc == host or host_of(origin) in self._names
        except ValueError:
            return False

    def _has_key(self, request: web.Request) -> bool:
        given = request.query.get(QUERY) or request.cookies.get(self._cookie, "")
        return compare_digest(given.encode("utf-8", "replace"), self.key.encode())


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def host_of(url: str) -> str:
    """The host in an address, in lower case; "" where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
