"""What vLLM says about itself, as records."""

from __future__ import annotations

from typing import Final

import msgspec

from arena.backends.remote import listed
from arena.backends.remote.listed import Listed, Name

VLLM: Final = "vllm"  # by whom a model is said to be owned
EXAMPLE: Final = "llm:llama-3.1-8b@vllm:http://host:8000"  # a catalog entry's model on a server


class Version(msgspec.Struct, frozen=True):
    """The answer to /version."""

    version: Name = ""


class Served(msgspec.Struct, frozen=True):
    """A model on a server."""

    model: Listed
    version: str

    @property
    def place(self) -> str:
        """Where its files are, as the server names it."""
        return self.model.root or self.model.id

    @property
    def identity(self) -> str:
        """What distinguishes its weights from others, as far as a server says."""
        return f"vllm:{self.place}"

    @property
    def build(self) -> str:
        """What runs it, for a run's manifest."""
        return f"vLLM {self.version}; likely tokens are drawn here, others by the server"

    @property
    def context(self) -> int:
        """The longest prompt and answer in tokens: a prompt may not fill all of the server's context."""
        return (self.model.max_model_len or 1 << 20) - 1


def addresses(place: str) -> tuple[tuple[str, ...], str]:
    """The addresses in `URL[,URL...][#MODEL]`, and the model's name on them, or "". Raises InputError for an invalid
    one."""
    return listed.addresses(place, "vllm", 8000)
