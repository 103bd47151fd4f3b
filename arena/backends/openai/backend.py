"""OpenAI-compatible servers: models that are identified by what their servers say."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

from arena.backends.backend import Identity, Running
from arena.backends.base import LanguageModel
from arena.backends.openai.info import Served, addresses
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import ModelEntry
from arena.concurrency import aside
from arena.errors import InputError
from arena.extras import lack, need

_EXTRA: Final = "sglang"  # what any server's client needs
_CLIENT: Final = "arena.backends.openai.client"  # its libraries take a while to import


class OpenAIServers:
    """A `Backend`."""

    name = "openai"
    extra = _EXTRA
    unverified = "known by what its server says of it: whether the same weights are behind that can't be seen from here"
    takes_repositories = False

    def state(self, entry: ModelEntry) -> str:
        """Whether servers can be asked, without asking one."""
        return lack(self.extra) or "on a server"

    def verified(self, entry: ModelEntry) -> tuple[Path, str]:
        """Raises InputError, because a server's weights can't be verified."""
        raise InputError(f"{entry.name} is {self.unverified}")

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        """What the servers say about their model, which includes its size and chat template."""
        running.progress("asking the server")
        identity = (await served(entry.place, running.server)).identity
        return Identity(identity, identity)

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        """A client for the servers."""
        running.progress("asking the server")
        await aside(import_module, _CLIENT)
        from arena.backends.openai.client import OpenAI

        return await OpenAI.connect(entry.name, entry, running.server, running.tell)


async def served(place: str, settings: ServerSettings) -> Served:
    """Ask every address, and wait for all. Raises ModelError if one doesn't answer, or the client isn't installed."""
    need("a server", _EXTRA)
    urls, model = addresses(place)
    await aside(import_module, _CLIENT)
    from arena.backends.openai import said

    servers = said.transport(urls, settings)
    try:
        return await said.served(servers, model)
    finally:
        await servers.close()
