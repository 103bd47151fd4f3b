"""From a model's name to a model that can be asked. A new backend gets its line in `Models.get`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from arena.aside import aside
from arena.backends.base import LanguageModel
from arena.backends.catalog import ModelEntry, find_model
from arena.backends.files import fingerprint, locate
from arena.backends.llamacpp.client import LlamaCpp
from arena.backends.llamacpp.settings import Settings


class Models:
    """The models in use, each loaded once, and again if it ended by itself.

    `tell` gets the lines that a person should read, `progress` those to be shown only while they last.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        tell: Callable[[str], None] = lambda line: None,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.settings = settings or Settings()
        self._tell = tell
        self._progress = progress
        self._loaded: dict[str, LlamaCpp] = {}
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
        """What identifies a model's weights. Raises ModelError or InputError if they aren't ready here."""
        return f"sha256:{fingerprint(locate(find_model(name)))}"

    async def get(self, name: str) -> LanguageModel:
        """The model, loaded. Raises ModelError or InputError if that can't be done."""
        async with self._loading:
            if name in self._loaded and self._loaded[name].ended:
                await self._loaded.pop(name).close()
            if name not in self._loaded:

                def progress(line: str) -> None:
                    self._progress(f"{name}: {line}")

                loop = asyncio.get_running_loop()

                def from_thread(line: str) -> None:
                    with suppress(RuntimeError):  # the loop is closed: nobody reads it any more
                        loop.call_soon_threadsafe(progress, line)

                progress("looking for its weights")
                path = await aside(locate, find_model(name), from_thread)
                model = await LlamaCpp.load(name, path, self.settings, self._tell, progress)
                self._loaded[name] = model
                self.builds[name] = model.build
            return self._loaded[name]

    async def close_others(self, keep: Iterable[str]) -> None:
        """End the models that are not named, so that two large ones are never in memory without need."""
        for name in set(self._loaded) - set(keep):
            await self._loaded.pop(name).close()

    async def close(self) -> None:
        """End all of them."""
        await self.close_others(())
