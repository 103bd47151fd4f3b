"""transformers: folders of safetensors, GGUF files, and repositories on the hub."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from arena.backends.backend import Identity, Running
from arena.backends.base import LanguageModel
from arena.backends.local.client import LocalModel
from arena.backends.local.transformers.weights import digest, former_identity, identity, located
from arena.backends.weights.catalog import ModelEntry
from arena.concurrency import aside
from arena.extras import lack
from arena.files import from_home

LIBRARY: Final = "arena.backends.local.transformers.library:TransformersLibrary"


class Transformers:
    """A `Backend`."""

    name = "transformers"
    extra = "torch"
    unverified = ""
    takes_repositories = True

    def state(self, entry: ModelEntry) -> str:
        """Whether the folder or file is here."""
        here = os.path.exists(from_home(entry.place))
        return lack(self.extra) or ("ready" if here else "downloads at first use")

    def verified(self, entry: ModelEntry) -> tuple[Path, str]:
        """The folder or file, and the digest of everything that is read from it."""
        source = located(entry.place)
        return source, digest(source)

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        """The digest, and the precision that the model is computed with."""

        def identified() -> Identity:
            return Identity(identity(located(entry.place), running.settings), former_identity(entry.place))

        return await aside(identified)

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        """Load it in a worker process."""
        running.progress("finding its weights")
        source = await aside(located, entry.place)
        running.progress("loading torch and the weights")
        return await LocalModel.load(entry.name, LIBRARY, str(source), running.settings, running.tell, running.progress)
