"""What llama.cpp's server says about itself, as records."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

import msgspec

from arena.backends.remote import listed
from arena.backends.remote.listed import Listed, Name

LLAMA_CPP: Final = "llamacpp"  # by whom a model of llama.cpp's server is said to be owned


class _Settings(msgspec.Struct, frozen=True):
    n_ctx: Annotated[int, msgspec.Meta(ge=2, le=1 << 30)]


class Props(msgspec.Struct, frozen=True):
    """The answer of llama.cpp's server to /props, as far as needed."""

    default_generation_settings: _Settings
    total_slots: Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]
    model_path: Name = ""
    build_info: Name = ""
    chat_template: str = ""
    bos_token: Name = ""
    eos_token: Name = ""


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
    """The addresses in `URL[,URL...][#MODEL]`, and the model's name on them, or "". Raises InputError for an invalid
    one."""
    return listed.addresses(place, "openai", 8080)
