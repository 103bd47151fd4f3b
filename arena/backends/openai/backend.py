"""OpenAI-compatible servers: models that are identified by what their servers say."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from arena.backends.backend import Identity, Running
from arena.backends.base import LanguageModel
from arena.backends.openai.info import Served, addresses
from arena.backends.remote.backend import EXTRA, ServerBackend
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import ModelEntry
from arena.concurrency import aside
from arena.extras import need

_CLIENT: Final = "arena.backends.openai.client"  # its libraries take a while to import


class OpenAIServers(ServerBackend):
    """A `Backend`."""

    name = "openai"

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
    need("a server", EXTRA)
    urls, model = addresses(place)
    await aside(import_module, _CLIENT)
    from arena.backends.openai import said

    servers = said.transport(urls, settings)
    try:
        return await said.served(servers, model)
    finally:
        await servers.close()
