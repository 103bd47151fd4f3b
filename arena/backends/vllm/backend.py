"""vLLM: models on servers. A model is identified by what its servers say and by the files that Arena itself reads."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from arena.backends.backend import Identity, Running
from arena.backends.base import LanguageModel
from arena.backends.remote.backend import EXTRA, ServerBackend, tokenizer_digest
from arena.backends.server import ServerSettings
from arena.backends.vllm.info import EXAMPLE, Served, addresses
from arena.backends.weights.catalog import ModelEntry
from arena.concurrency import aside
from arena.extras import need

_CLIENT: Final = "arena.backends.vllm.client"  # its libraries take a while to import


class VLLMServers(ServerBackend):
    """A `Backend`."""

    name = "vllm"

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        """What the servers say about their model, with a digest of its tokenizer's files."""
        running.progress("asking the server")
        found = await served(entry.place, running.server)

        digest = await tokenizer_digest(found.place, entry.repository, EXAMPLE)
        identity = f"{found.identity}|tokenizer=sha256:{digest}"
        return Identity(identity, identity)

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        """A client for the servers."""
        running.progress("asking the server")
        await aside(import_module, _CLIENT)
        from arena.backends.vllm.client import VLLM

        return await VLLM.connect(entry.name, entry, running.server, running.tell)


async def served(place: str, settings: ServerSettings) -> Served:
    """Ask every address, and wait for all. Raises ModelError if one doesn't answer, or the client isn't installed."""
    need("a server", EXTRA)
    urls, model = addresses(place)
    await aside(import_module, _CLIENT)
    from arena.backends.vllm import said

    servers = said.transport(urls, settings)
    try:
        return await said.served(servers, model)
    finally:
        await servers.close()
