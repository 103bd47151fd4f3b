"""From a model's name to its identity, and to a model that can be asked. The name also says which backend runs it."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import Any

from arena.backends.backend import BACKENDS, Backend, Identity, Running, find_backend
from arena.backends.base import LanguageModel
from arena.backends.keys import without_logins
from arena.backends.local.settings import Settings
from arena.backends.machine import processor
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import ModelEntry, find_model
from arena.backends.weights.packages import Show, to_standard_error
from arena.concurrency import aside
from arena.errors import ModelError
from arena.extras import need


def _runnable(name: str) -> tuple[ModelEntry, Backend]:
    """A model's entry and backend. Raises ModelError if that isn't installed, InputError for an unknown model."""
    entry = find_model(name)
    backend = find_backend(entry.backend)
    if backend.extra:
        need(name, backend.extra)
    return entry, backend


class Models:
    """The models in use, each loaded once, and again if it ended by itself.

    `tell` gets lines that a person should read, `progress` lines to be shown only while they apply, and `show` the
    terms that weights come under. `command` is what a person typed to use them, for the record of a run; "" if nobody
    typed one.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        tell: Callable[[str], None] = lambda line: None,
        progress: Callable[[str], None] = lambda line: None,
        server: ServerSettings | None = None,
        show: Show = to_standard_error,
        command: str = "",
    ) -> None:
        self.command = command
        self.settings = settings or Settings()
        self.may_load = True
        self.show = show
        self._server = server or ServerSettings()
        self._tell = tell
        self._progress = progress
        self._loaded: dict[str, LanguageModel] = {}
        self._loading = asyncio.Lock()
        self._identities: dict[str, Identity] = {}
        self._identifying = asyncio.Lock()
        self._told: set[str] = set()
        self._builds: dict[str, str] = {}  # the build that runs each loaded model
        self._unverified: dict[str, str] = {}  # why some models' weights can't be verified

    def tell_once(self, line: str) -> None:
        """Tell a person something, unless they have been told before."""
        if line not in self._told:
            self._told.add(line)
            self._tell(line)

    @contextmanager
    def unloaded(self) -> Iterator[Models]:
        """These models, of which none may be loaded meanwhile: asking for one raises ModelError."""
        before, self.may_load = self.may_load, False
        try:
            yield self
        finally:
            self.may_load = before

    @staticmethod
    def entry(name: str) -> ModelEntry:
        """What the catalog knows about a model. Raises InputError for an unknown name."""
        return find_model(name)

    async def identify(self, name: str) -> Identity:
        """The identity of a model, found out once, and again when the model has been reloaded.

        Raises ModelError or InputError if it isn't ready here.
        """
        name = without_logins(name)
        async with self._identifying:
            if name not in self._identities:
                entry, backend = await aside(_runnable, name)
                with BACKENDS.blaming(backend.name):
                    found = await backend.identify(entry, self._running(name))
                if not isinstance(found, Identity):
                    raise BACKENDS.failure(backend.name, f"identifies {name} by {found!r}, which isn't an Identity")
                self._identities[name] = found
            return self._identities[name]

    async def get(self, name: str) -> LanguageModel:
        """The model, loaded. Raises ModelError or InputError if it can't be."""
        name = without_logins(name)
        if not self.may_load:
            raise ModelError(f"{name} would have to be loaded to know this")
        async with self._loading:
            if name in self._loaded and self._loaded[name].ended:
                await self._loaded.pop(name).close()
            if name not in self._loaded:
                if name in self._builds:  # its weights may have changed by now
                    self._identities.pop(name, None)
                self._loaded[name] = model = await self._load(name)
                # made now and in a thread: compiling thousands of names takes a while
                await aside(lambda: model.vocabulary.special_pattern)
            return self._loaded[name]

    async def _load(self, name: str) -> LanguageModel:
        entry, backend = await aside(_runnable, name)
        with BACKENDS.blaming(backend.name):
            model = await backend.load(entry, self._running(name))
        if not isinstance(model, LanguageModel):
            raise BACKENDS.failure(backend.name, f"loads {name} as {model!r}, which isn't a LanguageModel")
        self._builds[name] = model.build
        self._unverified |= {name: backend.unverified} if backend.unverified else {}
        return model

    def _running(self, name: str) -> Running:
        loop = asyncio.get_running_loop()

        def progress(line: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody reads it any more
                loop.call_soon_threadsafe(self._progress, f"{name}: {line}")

        return Running(self.settings, self._server, self._tell, progress, self.show)

    def manifest(self) -> dict[str, Any]:
        """Machine and builds, for a run's record, because logits differ between them in the last digits."""
        return {
            "arena": version("predictability-arena"),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "processor": processor(),
            "system": platform.system(),
            "models": dict(self._builds),
            "notes": dict(self._unverified),
        }

    async def close_others(self, keep: Iterable[str]) -> None:
        """End all models but those in `keep`, so that two large ones aren't in memory needlessly."""
        for name in set(self._loaded) - set(keep):
            await self._loaded.pop(name).close()

    async def close(self) -> None:
        """End all of them."""
        await self.close_others(())
