"""llama.cpp: GGUF files on this machine, in packages, or on the hub."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from arena.backends.backend import Identity, Running
from arena.backends.base import LanguageModel
from arena.backends.local.client import LocalModel
from arena.backends.local.llamacpp.builds import chosen
from arena.backends.weights.catalog import ModelEntry
from arena.backends.weights.finding import locate
from arena.backends.weights.fingerprints import fingerprint, gguf_digest
from arena.backends.weights.packages import package
from arena.concurrency import aside
from arena.extras import install, lack
from arena.files import from_home

LIBRARY: Final = "arena.backends.local.llamacpp.library:LlamaCppLibrary"


class LlamaCpp:
    """A `Backend`."""

    name = "llama.cpp"
    extra = "laptop"
    unverified = ""
    takes_repositories = False

    def state(self, entry: ModelEntry) -> str:
        """Whether the file is here, or how to get it."""
        kind, _, rest = entry.weights.partition(":")
        if kind == "hub":
            return "elsewhere: @sglang:URL, @transformers, @llama.cpp:FILE"
        if kind == "package" and not package(rest).installed:
            return f"not installed: {install(package(rest).extra)}"
        if missing := lack(self.extra) or (lack("hub") if kind == "hf" else ""):
            return missing
        if kind == "hf":
            return "downloads at first use"
        return "ready" if kind == "package" or os.path.isfile(from_home(entry.weights)) else "file not found"

    def verified(self, entry: ModelEntry) -> tuple[Path, str]:
        """The file (the first, if it is split) and the digest of the whole."""
        path = locate(entry)
        return path, gguf_digest(path)

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        """The digest of the file or files; by the older rule, of the first alone."""

        def identified() -> Identity:
            path = locate(entry, running.progress, running.show)
            return Identity(f"sha256:{gguf_digest(path)}", f"sha256:{fingerprint(path)}")

        return await aside(identified)

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        """Load it in a worker process."""
        chosen()  # refuses a variable that names no build
        running.progress("finding its weights")
        path = await aside(locate, entry, running.progress, running.show)
        return await LocalModel.load(entry.name, LIBRARY, str(path), running.settings, running.tell, running.progress)
