"""The contract of a backend, and the registry of backends by name: Arena's own, and those of other packages.

A package brings one through the entry point group `arena.backends`: the entry point's name is the one before the colon
in a model's name (`llm:NAME:PLACE`), and its object is a `Backend`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from arena.backends.base import LanguageModel
from arena.backends.local.settings import Settings
from arena.backends.server import ServerSettings
from arena.backends.weights.packages import Show, to_standard_error
from arena.extras import MODULES
from arena.plugins import Registry

if TYPE_CHECKING:
    from arena.backends.weights.catalog import ModelEntry

DEFAULT: Final = "llama.cpp"  # the backend of weights that name none


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a model's weights, and whatever else decides its distributions. `former` is the same by an older
    rule: a run begun under that rule is found by it, and continues."""

    now: str
    former: str


@dataclass(frozen=True, slots=True)
class Running:
    """How models are run. `tell` gets lines that a person should read; `progress`, which any thread may call, lines to
    be shown only while they apply; `show` the terms that weights come under."""

    settings: Settings
    server: ServerSettings
    tell: Callable[[str], None] = lambda line: None
    progress: Callable[[str], None] = lambda line: None
    show: Show = to_standard_error


@runtime_checkable
class Backend(Protocol):
    """What runs models. Every method may raise ModelError or InputError; one that isn't a coroutine may take its time
    with files, and is called where it doesn't hold up a screen."""

    name: str  # the part of a model's name before the colon
    extra: str  # which of Arena's extras (arena/extras.py) it needs; "" for none
    unverified: str  # why weights can't be verified from here, for a run's manifest; "" if they can
    takes_repositories: bool  # whether it loads weights from a hub's repository, ORG/NAME

    def state(self, entry: ModelEntry) -> str:
        """Whether a model is ready here: "ready", or a few words on its state or on what to do."""
        ...

    def verified(self, entry: ModelEntry) -> tuple[Path, str]:
        """A model's file or folder, checked, and its SHA-256. Asked only of a backend that isn't `unverified`."""
        ...

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        """The identity of a model, without loading it."""
        ...

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        """The model `entry.name`, ready to be asked."""
        ...


# other packages bring a Backend itself; for Arena's own it is the place of the class, imported on demand
BACKENDS: Final = Registry[Backend | str](
    "arena.backends",
    "backend",
    {
        DEFAULT: "arena.backends.local.llamacpp.backend:LlamaCpp",
        "transformers": "arena.backends.local.transformers.backend:Transformers",
        "sglang": "arena.backends.sglang.backend:SGLangServers",
        "openai": "arena.backends.openai.backend:OpenAIServers",
        "vllm": "arena.backends.vllm.backend:VLLMServers",
    },
)


def find_backend(name: str) -> Backend:
    """The backend with a name that is in `BACKENDS`. Raises InputError if the package that brings it fails, or brings
    something else."""
    found = BACKENDS.load(name)
    if BACKENDS.owns(name):
        own: Backend = resolve_name(str(found))()
        return own
    if isinstance(found, type) or not isinstance(found, Backend) or found.name != name:
        raise BACKENDS.failure(name, f"isn't a Backend of that name but {found!r}")
    if found.extra and found.extra not in MODULES:
        raise BACKENDS.failure(name, f"needs the extra {found.extra!r}, and there are {', '.join(MODULES)}")
    return found
