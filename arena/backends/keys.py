"""Which server is sent which secret: each goes only to the addresses that it was given for.

A login in an address (http://user:secret@host) is for that host alone; it is taken out of the address before anything
is kept or shown. ARENA_API_KEY is for the addresses that the person at this machine has named themselves: on the
command line, or in their own models.toml. A server named only by a suite, or by a viewer of the app, is sent nothing.
"""

from __future__ import annotations

import base64
import os
import re
from typing import Final
from urllib.parse import unquote, urlsplit

from arena.errors import InputError

KEY_VARIABLE: Final = "ARENA_API_KEY"

_LOGIN: Final = re.compile(r"(https?://)([^\s/?#]*)@([^\s/?#@,]*)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(https?://)([^\s/?#,]+)", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}

_logins: dict[str, str] = {}  # by host, as typed: user:secret
_named: set[str] = set()  # the hosts that the person has named


def without_logins(text: str) -> str:
    """A model's name, or any text, without the logins in its addresses; later requests to those hosts carry them."""

    def take(found: re.Match[str]) -> str:
        scheme, login, host = found.groups()
        _logins.setdefault(_host(scheme + host), login)
        return scheme + host

    return _LOGIN.sub(take, text)


def with_logins(text: str) -> str:
    """The text as it was typed, for the same command in a process of its own."""

    def put(found: re.Match[str]) -> str:
        login = _logins.get(_host(found[0]))
        return f"{found[1]}{login}@{found[2]}" if login else found[0]

    return _ADDRESS.sub(put, text)


def named(text: str) -> str:
    """A text that the person has typed themselves, without logins: the key may go to the addresses in it."""
    text = without_logins(text)
    _named.update(_host(found[0]) for found in _ADDRESS.finditer(text))
    return text


def key() -> str:
    """The key in the environment, or "". Raises InputError for one that no request can carry."""
    return _sendable(os.environ.get(KEY_VARIABLE, ""))


def authorization(url: str, given: str = "") -> dict[str, str]:
    """The headers that authorise a request to an address. `given` is a key that the caller has for exactly that one."""
    host = _host(url)
    if host in _logins:
        user, _, secret = map(unquote, _logins[host].partition(":"))
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode("utf-8", "replace")).decode()}
    sent = _sendable(given) or (key() if host in _named else "")
    return {"Authorization": f"Bearer {sent}"} if sent else {}


def _sendable(secret: str) -> str:
    if not secret.isascii() or not secret.isprintable():
        raise InputError(f"the key in {KEY_VARIABLE} has a line break or another character that no request can carry")
    return secret


def _host(url: str) -> str:
    """Scheme, host and port, which a secret belongs to."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return f"{scheme}://{parts.hostname}:{parts.port or _PORTS.get(scheme)}"
    except ValueError:  # not an address: nothing will be sent there
        return url
