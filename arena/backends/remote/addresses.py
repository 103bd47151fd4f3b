"""The addresses of servers, as they are typed."""

from __future__ import annotations

from urllib.parse import urlsplit

from arena.backends.keys import without_logins
from arena.errors import InputError


def addresses(place: str, backend: str, port: int) -> tuple[str, ...]:
    """The addresses in `URL[,URL...]`, without logins and trailing slashes. Raises InputError for an invalid one, with
    that backend's name and usual port."""
    urls = [text.strip().rstrip("/") for text in without_logins(place).split(",")]
    for url in urls:
        if not _is_address(url):
            shown = url.rpartition("@")[2]  # the part before it may be a secret
            raise InputError(f"{backend}:{shown}: an address is written http://host:{port}, several with commas")
    return tuple(dict.fromkeys(urls))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")  # the form for a name server; refuses impossible labels
        return bool(
            parts.scheme in ("http", "https")
            and host
            and parts.port != 0
            and url.isprintable()
            and not set(url) & set(" ?#@")
        )
    except ValueError:
        return False
