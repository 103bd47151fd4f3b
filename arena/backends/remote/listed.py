"""The models that a server lists as the OpenAI API has it, as records, and the one that a name means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from arena.backends.remote import addresses as typed
from arena.errors import InputError

Name = Annotated[str, msgspec.Meta(max_length=4096)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1 << 40)]

PATH: Final = "/v1/models"
_MOST_SHOWN: Final = 8  # models that a refusal lists


class Meta(msgspec.Struct, frozen=True):
    """The facts about a model's file that llama.cpp's server adds."""

    n_vocab: Annotated[int, msgspec.Meta(ge=1, le=1 << 22)]
    n_params: Count | None = None
    size: Count | None = None
    ftype: Name = ""


class Listed(msgspec.Struct, frozen=True):
    """A model, as far as needed: `root` and `max_model_len` are vLLM's, `meta` is llama.cpp's."""

    id: Name
    owned_by: Name = ""
    root: Name | None = None
    max_model_len: Annotated[int, msgspec.Meta(ge=2, le=1 << 30)] | None = None
    meta: Meta | None = None


class Models(msgspec.Struct, frozen=True):
    """The answer to /v1/models, as far as needed."""

    data: list[Listed]


def addresses(place: str, backend: str, port: int) -> tuple[tuple[str, ...], str]:
    """The addresses in `URL[,URL...][#MODEL]`, without logins and the API's own /v1, and the model's name on them, or
    "". Raises InputError for an invalid address, with that backend's name and usual port."""
    urls, _, model = place.partition("#")
    found = typed.addresses(urls, backend, port)
    return tuple(dict.fromkeys(url.removesuffix("/v1") for url in found)), model


def chosen(url: str, models: Sequence[Listed], name: str) -> Listed:
    """The model of that name, or the only one. Raises InputError if there is none, or several without a name."""
    found = [model for model in models if model.id == name or not name]
    if len(found) == 1:
        return found[0]
    there = ", ".join(model.id for model in models[:_MOST_SHOWN]) + (", ..." if len(models) > _MOST_SHOWN else "")
    if not models:
        raise InputError(f"the server at {url} serves no model: load one there")
    if name:
        raise InputError(f"the server at {url} has no model {name!r}: it has {there}")
    raise InputError(f"the server at {url} has several models: name one, as in {url}#{models[0].id}; it has {there}")
