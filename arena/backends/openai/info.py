"""What an OpenAI-compatible server says about itself, as records; and the model that a name means."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from arena.backends.remote import addresses as typed
from arena.errors import InputError

_Name = Annotated[str, msgspec.Meta(max_length=4096)]
_Count = Annotated[int, msgspec.Meta(ge=1, le=1 << 40)]

LLAMA_CPP: Final = "llamacpp"  # by whom a model of llama.cpp's server is said to be owned
_MOST_SHOWN: Final = 8  # models that a refusal lists


class Meta(msgspec.Struct, frozen=True):
    """The facts about a model's file that llama.cpp's server adds."""

    n_vocab: Annotated[int, msgspec.Meta(ge=1, le=1 << 22)]
    n_params: _Count | None = None
    size: _Count | None = None
    ftype: _Name = ""


class Listed(msgspec.Struct, frozen=True):
    """A model in the answer to /v1/models, as far as needed."""

    id: _Name
    owned_by: _Name = ""
    meta: Meta | None = None


class Models(msgspec.Struct, frozen=True):
    """The answer to /v1/models, as far as needed."""

    data: list[Listed]


class _Settings(msgspec.Struct, frozen=True):
    n_ctx: Annotated[int, msgspec.Meta(ge=2, le=1 << 30)]


class Props(msgspec.Struct, frozen=True):
    """The answer of llama.cpp's server to /props, as far as needed."""

    default_generation_settings: _Settings
    total_slots: Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]
    model_path: _Name = ""
    build_info: _Name = ""
    chat_template: str = ""
    bos_token: _Name = ""
    eos_token: _Name = ""


class Served(msgspec.Struct, frozen=True):
    """A model on llama.cpp's server. `meta` is never None."""

    model: Listed
    props: Props

    @property
    def size(self) -> int:
        """The number of its tokens."""
        assert self.model.meta is not None
        return self.model.meta.n_vocab

    @property
    def identity(self) -> str:
        """What distinguishes its weights from others, as far as a server says."""
        meta = self.model.meta
        assert meta is not None
        facts = {"tokens": meta.n_vocab, "parameters": meta.n_params, "bytes": meta.size, "type": meta.ftype}
        told = (f"{name}={value}" for name, value in facts.items() if value)
        template = hashlib.sha256(self.props.chat_template.encode()).hexdigest()[:16]
        return "|".join((f"openai:{self.props.model_path or self.model.id}", *told, f"template={template}"))

    @property
    def build(self) -> str:
        """What runs it, for a run's manifest."""
        return f"llama.cpp's server {self.props.build_info}; likely tokens are drawn here, others by the server"

    @property
    def context(self) -> int:
        """The longest prompt and answer in tokens: a prompt may not fill all of the server's context."""
        return self.props.default_generation_settings.n_ctx - 1


def addresses(place: str) -> tuple[tuple[str, ...], str]:
    """The addresses in `URL[,URL...][#MODEL]`, without logins and the API's own /v1, and the model's name on them, or
    "". Raises InputError for an invalid address."""
    urls, _, model = place.partition("#")
    found = typed.addresses(urls, "openai", 8080)
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
    raise InputError(
        f"the server at {url} has several models: name one, as in openai:{url}#{models[0].id}; it has {there}"
    )
