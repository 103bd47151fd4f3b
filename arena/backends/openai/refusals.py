"""The sentences about OpenAI-compatible servers in particular."""

from __future__ import annotations

from typing import Final

from arena.backends.remote.refusals import Advice
from arena.errors import InputError

_PAGE: Final = "docs/backends.md"

ADVICE: Final = Advice(
    absent="start it, or check the address",
    wrong=f"Check that it is a server that {_PAGE} names",
)


def not_openai(url: str) -> InputError:
    """Something answers, but it doesn't speak the API."""
    return InputError(
        f"the server at {url} doesn't speak the OpenAI API: /v1/models doesn't list models. The address is that of the "
        "server itself, as in openai:http://host:8080"
    )


def other_kind(url: str, owner: str) -> InputError:
    """It speaks the API, but not all that is needed."""
    whose = f"(its models are {owner[:40]!r}'s) " if owner else ""
    return InputError(
        f"the server at {url} {whose}isn't llama.cpp's own, and the others that speak the OpenAI API don't say exactly "
        f"enough which token has which probability ({_PAGE}); an SGLang server is written sglang:URL"
    )


def too_old(url: str, lacks: str) -> InputError:
    """An older version of llama.cpp's server."""
    return InputError(
        f"the server at {url} {lacks}: install a newer llama.cpp there ({_PAGE} says which is known to do)"
    )


def spells_differently(url: str) -> InputError:
    """What it says about its tokens doesn't fit together."""
    return InputError(
        f"the server at {url} spells a text in tokens that mean something else in its own vocabulary: Arena can't read "
        "this model's tokenizer from it"
    )
