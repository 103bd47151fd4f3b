"""What llama.cpp's servers say about themselves, asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from arena.backends.openai.info import LLAMA_CPP, Props, Served
from arena.backends.openai.refusals import ADVICE, other_kind, too_old
from arena.backends.remote.addresses import one_model
from arena.backends.remote.answers import Incomplete, decoded
from arena.backends.remote.connections import Missing
from arena.backends.remote.listed import PATH, Listed
from arena.backends.remote.listing import listed
from arena.backends.remote.transport import Transport
from arena.backends.server import ServerSettings


def transport(urls: Sequence[str], settings: ServerSettings) -> Transport:
    """The connections to some servers. Each that is kept would take up one of a server's few threads, which closes it
    after some seconds or a hundred requests, perhaps just when the next one is sent."""
    return Transport(urls, settings, sign=PATH, advice=ADVICE, keep=False)


async def served(servers: Transport, name: str) -> Served:
    """What all addresses serve under a name. Raises ModelError if one doesn't answer, InputError if one isn't
    llama.cpp's server, or serves another model."""
    return one_model(servers.urls, await asyncio.gather(*(served_at(servers, url, name) for url in servers.urls)))


async def served_at(servers: Transport, url: str, name: str) -> Served:
    """What one address serves."""

    async def ask() -> Served:
        model = await _model(servers, url, name)
        try:
            props = decoded(Props, await servers.said(url, "/props"))
        except (Missing, Incomplete) as error:
            raise too_old(url, "doesn't answer /props as llama.cpp's server does") from error
        return Served(model, props)

    return await servers.first(url, ask, servers.patience)


async def model_at(servers: Transport, url: str, name: str) -> Listed:
    """The model alone, without what /props adds."""
    return await servers.first(url, lambda: _model(servers, url, name), servers.patience)


async def _model(servers: Transport, url: str, name: str) -> Listed:
    model = await listed(servers, url, name)
    if model.owned_by != LLAMA_CPP:
        raise other_kind(url, model.owned_by)
    if model.meta is None:
        raise too_old(url, "doesn't say how many tokens its model has")
    return model
