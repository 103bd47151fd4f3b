"""The sentences about llama.cpp's server in particular."""

from __future__ import annotations

from typing import Final

from arena.backends.remote.refusals import Advice
from arena.errors import InputError

_PAGE: Final = "docs/backends.md"

ADVICE: Final = Advice(
    absent="start it, or check the address",
    wrong=f"Check that it is a server that {_PAGE} names",
)


def other_kind(url: str, owner: str) -> InputError:
    """It speaks the API, but not all that is needed."""
    if owner == "vllm":
        return InputError(f"the server at {url} is vLLM: write vllm:{url}")
    whose = f"(its models are {owner[:40]!r}'s) " if owner else ""
    return InputError(
        f"the server at {url} {whose}isn't llama.cpp's own, and others don't say exactly enough which token has which "
        f"probability ({_PAGE}); an SGLang server is written sglang:URL, vLLM vllm:URL"
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
