"""The addresses of servers as they are typed, and the one model that all of them serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from arena.backends.keys import without_logins
from arena.errors import InputError


class Identified(Protocol):
    """What a server says that it serves."""

    @property
    def identity(self) -> str:
        """What distinguishes its weights from others, as far as a server says."""
        ...


T = TypeVar("T", bound=Identified)


def one_model(urls: Sequence[str], found: Sequence[T]) -> T:
    """The model that all servers serve. Raises InputError if they serve different ones."""
    for url, other in zip(urls, found, strict=True):
        if other.identity != found[0].identity:
            raise InputError(
                f"{urls[0]} serves {found[0].identity}, but {url} serves {other.identity}: "
                "several addresses must serve the same model in the same way"
            )
    return found[0]


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
