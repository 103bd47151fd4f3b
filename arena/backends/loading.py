"""From a model's name to a model that can be asked. A new backend gets its branch in `_load` and in `identity`."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from arena.backends.base import LanguageModel
from arena.backends.keys import without_logins
from arena.backends.local.client import LocalModel
from arena.backends.local.settings import Settings
from arena.backends.server import UNVERIFIED, ServerSettings
from arena.backends.weights.catalog import EXTRAS, LLAMA_CPP, SGLANG, TRANSFORMERS, ModelEntry, find_model
from arena.backends.weights.finding import locate
from arena.backends.weights.fingerprints import fingerprint, gguf_digest
from arena.concurrency import aside
from arena.extras import need


def _runnable(name: str) -> ModelEntry:
    """The entry of a model whose backend is installed. Raises ModelError if it isn't, InputError for no model."""
    entry = find_model(name)
    need(name, EXTRAS[entry.backend])
    return entry


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a model's weights and whatever else decides its distributions, by today's rule (`now`) and by an
    older one (`former`)."""

    now: str
    former: str


class Models:
    """The models in use, each loaded once, and again if it ended by itself.

    `tell` gets the lines that a person should read, `progress` those to be shown only while they last.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        tell: Callable[[str], None] = lambda line: None,
        progress: Callable[[str], None] = lambda line: None,
        server: ServerSettings | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self._server = server or ServerSettings()
        self._tell = tell
        self._progress = progress
        self._loaded: dict[str, LanguageModel] = {}
        self._loading = asyncio.Lock()
        self._told: set[str] = set()
        self.builds: dict[str, str] = {}  # how each model that was loaded is run, for a run's manifest

    def tell_once(self, line: str) -> None:
        """Tell a person something, unless they were told before."""
        if line not in self._told:
            self._told.add(line)
            self._tell(line)

    @staticmethod
    def entry(name: str) -> ModelEntry:
        """What the catalog knows of a model. Raises InputError for a name that isn't there."""
        return find_model(name)

    def identity(self, name: str) -> str:
        """What identifies a model's weights, and whatever else decides its distributions.

        Raises ModelError or InputError if they aren't ready here.
        """
        entry = _runnable(name)
        if entry.backend == SGLANG:
            from arena.backends.sglang.identity import identity as served

            return served(entry, self._server)
        if entry.backend == TRANSFORMERS:
            from arena.backends.local.transformers.weights import identity as of_files
            from arena.backends.local.transformers.weights import located

            return of_files(located(entry.place), self.settings)
        return f"sha256:{gguf_digest(locate(entry))}"

    def former_identity(self, name: str) -> str:
        """What an older rule says instead: a run that was begun under it is found by it, and goes on."""
        entry = _runnable(name)
        if entry.backend == SGLANG:
            from arena.backends.sglang.identity import former_identity as served

            return served(entry, self._server)
        if entry.backend == TRANSFORMERS:
            from arena.backends.local.transformers.weights import former_identity as of_place

            return of_place(entry.place)
        return f"sha256:{fingerprint(locate(entry))}"

    async def identify(self, name: str) -> Identity:
        return Identity(await aside(self.identity, name), await aside(self.former_identity, name))

    async def get(self, name: str) -> LanguageModel:
        """The model, loaded. Raises ModelError or InputError if that can't be done."""
        name = without_logins(name)
        async with self._loading:
            if name in self._loaded and self._loaded[name].ended:
                await self._loaded.pop(name).close()
            if name not in self._loaded:
                self._loaded[name] = model = await self._load(name)
                self.builds[name] = model.build
            return self._loaded[name]

    async def _load(self, name: str) -> LanguageModel:
        entry = _runnable(name)
        loop = asyncio.get_running_loop()

        def progress(line: str) -> None:
            self._progress(f"{name}: {line}")

        def from_thread(line: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody reads it any more
                loop.call_soon_threadsafe(progress, line)

        if entry.backend == SGLANG:
            from arena.backends.sglang.client import SGLang

            progress("asking the server")
            return await SGLang.connect(name, entry, self._server)
        if entry.backend == TRANSFORMERS:
            from arena.backends.local.transformers.weights import located

            progress("looking for its weights")
            source = await aside(located, entry.place)
            progress("loading torch and the weights")
            return await LocalModel.load(name, TRANSFORMERS, str(source), self.settings, self._tell, progress)
        progress("looking for its weights")
        path = await aside(locate, entry, from_thread)
        return await LocalModel.load(name, LLAMA_CPP, str(path), self.settings, self._tell, progress)

    def manifest(self) -> dict[str, Any]:
        """Machine and builds, for a run's record: a language model's logits differ in the last digits between them."""
        return {
            "arena": version("predictability-arena"),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.system(),
            "models": dict(self.builds),
            "notes": {name: UNVERIFIED for name in self.builds if find_model(name).backend == SGLANG},
        }

    async def close_others(self, keep: Iterable[str]) -> None:
        """End the models that are not named, so that two large ones are never in memory without need."""
        for name in set(self._loaded) - set(keep):
            await self._loaded.pop(name).close()

    async def close(self) -> None:
        """End all of them."""
        await self.close_others(())
