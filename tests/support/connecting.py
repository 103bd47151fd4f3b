"""A client of stubs, whatever kind of server they stand for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Protocol, TypeVar

from arena.backends.remote.model import ServedModel
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import ModelEntry


class AnyStub(Protocol):
    """A server that was made for a test: its address, and what it was asked."""

    url: str
    posts: list[dict[str, Any]]


M = TypeVar("M", bound=ServedModel)
S = TypeVar("S", bound=AnyStub)
Connect = Callable[[str, ModelEntry, ServerSettings], Awaitable[M]]
Serving = Callable[[S], AbstractAsyncContextManager[S]]


@asynccontextmanager
async def client(
    connect: Connect[M], kind: str, serving: Serving[S], stubs: Sequence[S], settings: dict[str, Any]
) -> AsyncIterator[M]:
    """A client of some stubs, all of which are closed afterwards. What was asked to connect is forgotten."""
    async with AsyncExitStack() as stack:
        for stub in stubs:
            await stack.enter_async_context(serving(stub))
        entry = ModelEntry(f"{kind}:" + ",".join(stub.url for stub in stubs))
        model = await connect("m", entry, ServerSettings(**settings))
        for stub in stubs:
            stub.posts.clear()
        try:
            yield model
        finally:
            await model.close()
