"""A cell's clock: while a cell is being worked on, results are written every half second, with the time they took.
Cells that are worked on at once share it, so that a run's cells together took no longer than the run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from arena.store.writer import FLUSH_SECONDS, RunWriter


@asynccontextmanager
async def saving(writer: RunWriter, key: str) -> AsyncGenerator[None, None]:
    """Write what is added inside, even while a model takes longer than that. Raises StoreError."""

    async def keep_saving() -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            _note_time(writer)
            writer.flush()

    _note_time(writer)
    writer.working.append(key)
    clock = asyncio.create_task(keep_saving(), name=f"saving {key}")
    try:
        yield
    finally:
        clock.cancel()
        _note_time(writer)
        writer.working.remove(key)
        writer.flush()


def _note_time(writer: RunWriter) -> None:
    """Divide the time since the last call among the cells that are being worked on."""
    now = time.monotonic()
    for key in writer.working:
        writer.add_seconds(key, (now - writer.since) / len(writer.working))
    writer.since = now
