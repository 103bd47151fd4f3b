"""What SGLang servers say about themselves, asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arena.backends.remote.answers import Incomplete, decoded
from arena.backends.remote.connections import Again, Missing
from arena.backends.remote.transport import Transport
from arena.backends.server import ServerSettings
from arena.backends.sglang.info import ModelInfo, Served, ServerInfo
from arena.backends.sglang.refusals import ADVICE, dies, not_sglang

_PATHS: Final = ("/model_info", "/get_model_info")  # a router has only the second


def transport(urls: Sequence[str], settings: ServerSettings) -> Transport:
    """The connections to SGLang servers."""
    return Transport(urls, settings, sign=_PATHS[0], advice=ADVICE)


async def served(servers: Transport, url: str) -> Served:
    """What an address serves. Raises ModelError if it doesn't answer, InputError if it isn't an SGLang server."""

    async def ask() -> Served:
        model = await _model(servers, url)
        try:
            server = decoded(ServerInfo, await servers.said(url, "/server_info"))
        except (Missing, Again) as error:  # a router doesn't have it
            if isinstance(error, Again) and (error.wait or error.is_busy):
                raise
            server = ServerInfo()
        if server.dies:
            raise dies(url, server.version)
        return Served(model, server)

    return await servers.first(url, ask, servers.patience)


async def model(servers: Transport, url: str) -> ModelInfo:
    """The model alone, without what /server_info adds."""
    return await servers.first(url, lambda: _model(servers, url), servers.patience)


async def _model(servers: Transport, url: str) -> ModelInfo:
    for path in _PATHS:
        try:
            return decoded(ModelInfo, await servers.said(url, path))
        except Missing:
            continue
        except Incomplete as error:
            raise not_sglang(url) from error
    raise not_sglang(url)
