"""What is said of a server that stays away: lost, silent, or slow."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from arena.backends.remote import watch
from arena.backends.server import ServerSettings
from arena.backends.sglang.client import SGLang
from arena.backends.weights.catalog import ModelEntry
from tests.support.sglang_client import check, request, run
from tests.support.sglang_stub import Stub, serving


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_PAUSE", "_LOST", "_SILENT"):
        monkeypatch.setattr(watch, name, getattr(watch, name) / 20)


async def told(lines: list[str], count: int) -> None:
    while len(lines) < count:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("silent", [False, True], ids=["lost", "silent"])
def test_a_server_that_stays_away_and_comes_back(folder: Path, silent: bool) -> None:
    async def play() -> None:
        stub, lines = Stub(folder), list[str]()
        async with serving(stub):
            model = await SGLang.connect(
                "m", ModelEntry(f"sglang:{stub.url}"), ServerSettings(patience=60), lines.append
            )
            check(await model.complete(request(1)), 1)
            if silent:
                stub.hangs.clear()
                waiting = asyncio.ensure_future(model.complete(request(2)))
                await told(lines, 1)
                stub.hangs.set()
                check(await waiting, 2)
        if not silent:
            waiting = asyncio.ensure_future(model.complete(request(2)))
            await told(lines, 1)
            async with serving(stub, port=int(stub.url.rpartition(":")[2])):
                check(await waiting, 2)
        await told(lines, 2)
        assert stub.url in lines[0] and "waiting for up to 60 seconds (--patience)" in lines[0]
        assert lines[1].startswith(f"{stub.url} answers again")
        await model.close()

    run(play())


def test_a_server_that_is_slow_is_not_lost(folder: Path) -> None:
    async def play() -> None:
        stub, lines = Stub(folder), list[str]()
        async with serving(stub):
            model = await SGLang.connect("m", ModelEntry(f"sglang:{stub.url}"), ServerSettings(), lines.append)
            stub.pause = 0.5
            check(await model.complete(request(1)), 1)
            await model.close()
        assert not lines

    run(play())
