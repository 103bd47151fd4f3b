"""What vLLM servers say about themselves, asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from arena.backends.remote.addresses import one_model
from arena.backends.remote.answers import decoded
from arena.backends.remote.connections import Missing
from arena.backends.remote.listed import PATH
from arena.backends.remote.listing import listed
from arena.backends.remote.transport import Transport
from arena.backends.server import ServerSettings
from arena.backends.vllm.info import VLLM, Served, Version
from arena.backends.vllm.refusals import ADVICE, not_vllm


def transport(urls: Sequence[str], settings: ServerSettings) -> Transport:
    """The connections to vLLM servers."""
    return Transport(urls, settings, sign=PATH, advice=ADVICE)


async def served(servers: Transport, name: str) -> Served:
    """What all addresses serve under a name. Raises ModelError if one doesn't answer, InputError if one isn't vLLM, or
    serves another model."""
    return one_model(servers.urls, await asyncio.gather(*(served_at(servers, url, name) for url in servers.urls)))


async def served_at(servers: Transport, url: str, name: str) -> Served:
    """What one address serves."""

    async def ask() -> Served:
        model = await listed(servers, url, name)
        if model.owned_by != VLLM:
            raise not_vllm(url, model.owned_by)
        try:
            version = decoded(Version, await servers.said(url, "/version")).version
        except Missing:  # a router doesn't have it
            version = ""
        return Served(model, version)

    return await servers.first(url, ask, servers.patience)
