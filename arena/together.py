"""Many coroutines at once, of which the first error ends the others and is raised alone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from arena.errors import ArenaError

# Bots never wait for anything, so that their work is begun in groups of this size between two looks around.
_BREATH = 32


async def together(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run them all to their end. An ArenaError is raised before any other."""
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
