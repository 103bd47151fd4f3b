"""A cell's clock: while a cell is being worked on, results are written every half second, with the time they took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from arena.store.writer import FLUSH_SECONDS, RunWriter


@asynccontextmanager
async def saving(writer: RunWriter, key: str) -> AsyncGenerator[None, None]:
    """Write what is added inside, even while a model takes longer than that. Raises StoreError."""
    since = time.monotonic()

    def note_time() -> None:
        nonlocal since
        now = time.monotonic()
        writer.add_seconds(key, now - since)
        since = now

    async def keep_saving() -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            note_time()
            writer.flush()

    clock = asyncio.create_task(keep_saving(), name=f"saving {key}")
    try:
        yield
    finally:
        clock.cancel()
        note_time()
        writer.flush()
