"""Asks a server for the models that it lists, as the OpenAI API has it."""

from __future__ import annotations

from arena.backends.remote.answers import Incomplete, decoded
from arena.backends.remote.connections import Missing
from arena.backends.remote.listed import PATH, Listed, Models, chosen
from arena.backends.remote.transport import Transport
from arena.errors import InputError


async def listed(servers: Transport, url: str, name: str) -> Listed:
    """The model of that name on a server, or the only one; asked once. Raises InputError if there is none, several
    without a name, or no list; else as `Transport.said`."""
    try:
        models = decoded(Models, await servers.said(url, PATH)).data
    except (Missing, Incomplete) as error:
        raise InputError(
            f"the server at {url} doesn't speak the OpenAI API: {PATH} doesn't list models. The address is that of the "
            "server itself, as in http://host:8080"
        ) from error
    return chosen(url, models, name)
