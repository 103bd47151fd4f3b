"""Many things at once: coroutines that all end at the first error, and work in a thread beside them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ParamSpec, TypeVar

from arena.errors import ArenaError

P = ParamSpec("P")
T = TypeVar("T")

# Bots never wait for anything, so after each group of this size the event loop gets a turn.
_BREATH = 32


async def together(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run them all to the end. If several fail, an ArenaError is raised in preference to any other error."""
    try:
        async with asyncio.TaskGroup() as group:
            for index, coroutine in enumerate(coroutines):
                group.create_task(coroutine)
                if index % _BREATH == _BREATH - 1:
                    await asyncio.sleep(0)
    except BaseExceptionGroup as errors:
        known = errors.subgroup(ArenaError)
        raise _first(known if known is not None else errors) from None


def _first(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors


async def aside(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in a thread and wait for its result, so that it doesn't hold up anything else (a screen, other
    matches). Cancelling stops the waiting, not the work.

    The thread is a daemon: one still hashing a large file when the app is closed must not keep the app alive.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error it is a T

    def work() -> None:
        result, error = None, None
        try:
            result = function(*args, **kwargs)
        except BaseException as raised:  # handed to whoever waits
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, daemon=True).start()
    return await future
