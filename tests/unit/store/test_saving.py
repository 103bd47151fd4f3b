"""The clocks of cells that are worked on at once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from arena.store import Store
from arena.store.saving import saving
from tests.support.small_run import MakeSpec


def test_cells_that_are_worked_on_at_once_share_the_time(tmp_path: Path, make_spec: MakeSpec) -> None:
    async def work() -> float:
        async def one(key: str) -> None:
            async with saving(writer, key):
                await asyncio.sleep(0.2)

        since = time.monotonic()
        await asyncio.gather(*(one(cell.key) for cell in writer.run.spec.cells))
        return time.monotonic() - since

    with Store.open(tmp_path / "a.db", create=True) as store, store.begin(make_spec()) as writer:
        took = asyncio.run(work())
        seconds = [cell.seconds for cell in store.cells(writer.run)]
    assert len(seconds) > 1 and all(seconds) and sum(seconds) <= took
