"""SGLang: models on servers. A model is identified by what its servers say and by the files that Arena itself reads."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Final

from arena.backends.backend import Identity, Running
from arena.backends.base import LanguageModel
from arena.backends.remote.addresses import one_model
from arena.backends.remote.backend import EXTRA, ServerBackend, tokenizer_digest
from arena.backends.server import ServerSettings
from arena.backends.sglang.info import EXAMPLE, Served, addresses
from arena.backends.weights.catalog import ModelEntry
from arena.concurrency import aside
from arena.extras import need

_CLIENT: Final = "arena.backends.sglang.client"  # its libraries take a while to import


class SGLangServers(ServerBackend):
    """A `Backend`."""

    name = "sglang"

    async def identify(self, entry: ModelEntry, running: Running) -> Identity:
        """What the servers say about their model, with a digest of its tokenizer's files; by the older rule, less of
        the former and none of the latter."""
        running.progress("asking the server")
        found = one_model(addresses(entry.place), await served(entry.place, running.server))

        digest = await tokenizer_digest(found.model.tokenizer_path, entry.repository, EXAMPLE)
        return Identity(f"{found.identity}|tokenizer=sha256:{digest}", found.former_identity)

    async def load(self, entry: ModelEntry, running: Running) -> LanguageModel:
        """A client for the servers."""
        running.progress("asking the server")
        await aside(import_module, _CLIENT)
        from arena.backends.sglang.client import SGLang

        return await SGLang.connect(entry.name, entry, running.server, running.tell)


async def served(place: str, settings: ServerSettings) -> list[Served]:
    """Ask every address, and wait for all. Raises ModelError if one doesn't answer, or the client isn't installed."""
    need("a server", EXTRA)
    urls = addresses(place)
    await aside(import_module, _CLIENT)
    from arena.backends.sglang import said

    servers = said.transport(urls, settings)
    try:
        return await asyncio.gather(*(said.served(servers, url) for url in urls))
    finally:
        await servers.close()
