"""The contract of what runs models, and where it is found by name: Arena's own backends, and those of other packages.

A package brings one through the entry point group `arena.backends`: the entry point has the name that stands before the
colon in a model's name (`llm:NAME:PLACE`), and leads to an object that is a `Backend`.
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

DEFAULT: Final = "llama.cpp"  # what runs weights that name no backend


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a model's weights, and whatever else decides its distributions. `former` is what an older rule
    says instead: a run that was begun under it is found by it, and goes on."""

    now: str
    former: str


@dataclass(frozen=True, slots=True)
class Running:
    """How models are run. `tell` gets lines that a person should read, and `progress`, which any thread may call, those
    to be shown only while they last; `show` the terms that weights come under."""

    settings: Settings
    server: ServerSettings
    tell: Callable[[str], None] = lambda line: None
    progress: Callable[[str], None] = lambda line: None
    show: Show = to_standard_error


@runtime_checkable
class Backend(Protocol):
    """What runs models. Every method may raise ModelError or InputError; one that isn't a coroutine may take its time
    with files, and is called where nobody waits for a screen."""

    name: str  # as it stands before the colon of a model's name
    extra: str  # which of Arena's extras (arena/extras.py) it needs; "" for none
    unverified: str  # why weights can't be verified from here, for a run's manifest; "" if they can
    takes_repositories: bool  # whether a hub's repository, ORG/NAME, is a place of weights for it

    def state(self, entry: ModelEntry) -> str:
        """Whether a model is ready here: "ready", or in a few words what it is instead, or what to do."""
        ...

    def verified(self, entry: ModelEntry) -> tuple[Path, str]:
        """A model's file or folder, checked, and its SHA-256. Asked only of a backend that isn't `unverified`."""
        ...

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        """What identifies a model. It isn't loaded."""
        ...

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        """The model `entry.name`, ready to be asked."""
        ...


# what other packages bring is a Backend; of Arena's own it is the place of its class, imported when it is asked for
BACKENDS: Final = Registry[Backend | str](
    "arena.backends",
    "backend",
    {
        DEFAULT: "arena.backends.local.llamacpp.backend:LlamaCpp",
        "transformers": "arena.backends.local.transformers.backend:Transformers",
        "sglang": "arena.backends.sglang.backend:SGLangServers",
    },
)


def find_backend(name: str) -> Backend:
    """The backend of a name that is in `BACKENDS`. Raises InputError if the package that brings it fails, or brings
    something else."""
    found = BACKENDS.load(name)
    if BACKENDS.owns(name):
        own: Backend = resolve_name(str(found))()
        return own
    if isinstance(found, type) or not isinstance(found, Backend) or found.name != name:
        raise BACKENDS.failure(name, f"is no Backend of that name but {found!r}")
    if found.extra and found.extra not in MODULES:
        raise BACKENDS.failure(name, f"needs the extra {found.extra!r}, and there are {', '.join(MODULES)}")
    return found
