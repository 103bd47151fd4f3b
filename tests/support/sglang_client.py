"""A client of stubs (sglang_stub.py), requests for it, and a check of its numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from arena.backends.base import Completion, Draw, Request, StopRule
from arena.backends.sglang.client import SGLang
from tests.support.connecting import client
from tests.support.sglang_stub import Stub, log_row, serving

STOP = StopRule("(?!)", "(?!)", max_tokens=2)
WANTED = (7, 3, 250)


def connected(*stubs: Stub, **settings: Any) -> AbstractAsyncContextManager[SGLang]:
    """A client of some stubs, all of which are closed afterwards."""
    return client(SGLang.connect, "sglang", serving, stubs, settings)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 30))


def request(*tokens: int, draw: str = "", **more: Any) -> Request:
    return Request(tokens, WANTED, STOP, draw=Draw(draw, 1) if draw else None, top=2, **more)


def check(completion: Completion, *tokens: int) -> None:
    """Check that the numbers are those of this very prompt."""
    row = log_row(tokens)
    assert completion.logprobs == pytest.approx([row[token] for token in WANTED])
    assert [likely.logprob for likely in completion.top] == pytest.approx(sorted(row, reverse=True)[:2])


async def failure(what: Any, kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        await what
    return str(caught.value)
