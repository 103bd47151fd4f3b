"""Faults between a client and its servers that are mended without loss, until patience ends."""

from __future__ import annotations

import asyncio
import json
import math
from pathlib import Path

import pytest

from arena.backends.remote import connections, transport
from arena.backends.server import ServerSettings
from arena.backends.sglang.client import SGLang
from arena.backends.weights.catalog import ModelEntry
from arena.errors import ModelError
from tests.support.sglang_client import check, connected, failure, request, run
from tests.support.sglang_stub import Fault, Stub, body, cut_short, dropped, serving, slow, status, without


@pytest.mark.parametrize(
    "fault",
    [
        dropped,
        cut_short,
        status(503, "starting"),
        status(500, "<html>Internal Server Error</html>"),
        status(429, "queue full"),
        slow(0.6),
        body(lambda answer: answer[: len(answer) // 2]),
        body(lambda answer: b""),
        body(lambda answer: b"\xff\xfe garbage \x00"),
        body(lambda answer: b"[]"),
        body(lambda answer: b'{"error": "no"}'),
        body(lambda answer: json.dumps(json.loads(answer)[:-1]).encode()),
        body(without("output_token_ids_logprobs")),
        body(lambda answer: answer.replace(b"output_ids", b"output_odds")),
    ],
    ids=[
        *("dropped", "cut short", "503", "500", "429", "slow", "truncated", "empty", "garbage", "none"),
        *("another document", "one too few", "no numbers", "another key"),
    ],
)
def test_a_fault_costs_nothing(folder: Path, fault: Fault) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, patience=20.0) as model:
            stub.faults.extend([fault, fault])
            asked = [request(1, 2, number, draw=f"{number}") for number in range(8)]
            for wanted, completion in zip(asked, await asyncio.gather(*map(model.complete, asked)), strict=True):
                check(completion, *wanted.tokens)
                assert len(completion.answers) == 1 and len(completion.answers[0].tokens) == 2
            assert not stub.faults

    run(play())


def test_one_of_two_servers_dies(folder: Path) -> None:
    async def play() -> None:
        one, two = Stub(folder), Stub(folder)
        async with connected(one, two, batch=2, flights=1) as model:
            asked = [request(1, number) for number in range(40)]
            for wanted, completion in zip(asked, await asyncio.gather(*map(model.complete, asked)), strict=True):
                check(completion, *wanted.tokens)
            assert one.posts and two.posts, "both should work"
            two.faults.extend([dropped] * 1000)
            asked = [request(2, number) for number in range(40)]
            for wanted, completion in zip(asked, await asyncio.gather(*map(model.complete, asked)), strict=True):
                check(completion, *wanted.tokens)

    run(play())


def test_a_server_that_comes_back(folder: Path) -> None:
    """The address is empty for a while; requests wait, and are answered."""

    async def play() -> None:
        stub = Stub(folder)
        async with serving(stub):
            model = await SGLang.connect("m", ModelEntry(f"sglang:{stub.url}"), ServerSettings(patience=20.0))
            check(await model.complete(request(1)), 1)
        waiting = [asyncio.ensure_future(model.complete(request(2, number))) for number in range(5)]
        await asyncio.sleep(0.5)
        assert not any(future.done() for future in waiting)
        async with serving(stub, port=int(stub.url.rpartition(":")[2])):
            for number, future in enumerate(waiting):
                check(await future, 2, number)
            await model.close()

    run(play())


def test_patience_ends(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, patience=0.5) as model:
            stub.faults.extend([status(503)] * 1000)
            said = await failure(model.complete(request(1)), ModelError)
            assert stub.url in said and "503" in said and "--patience" in said
            stub.faults.clear()
            await asyncio.sleep(1)
            check(await model.complete(request(1)), 1)  # a later match may go on

    run(play())


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "1"}])
def test_a_server_that_is_too_busy_is_waited_for(
    folder: Path, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_BUSY_PAUSE", 0.01)

    async def play() -> None:
        stub = Stub(folder)
        stub.first.append(status(429, **headers))
        async with connected(stub) as model:
            stub.faults.append(status(503))
            check(await model.complete(request(1)), 1)

    run(play())


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        *(("120", 120, 120), ("0", 0, 0), ("", 0, 0), ("-5", 0, 0), ("soon", 0, 0), ("\u00b2", 0, 0)),
        *(("9" * 400, math.inf, math.inf), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("Thu, 99 Foo 10 GMT", 0, 0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9, 1e12),
    ],
)
def test_how_long_a_busy_server_asks_to_be_left_alone(said: str, least: float, most: float) -> None:
    assert least <= connections.seconds_asked(said) <= most


def test_a_server_that_is_too_busy_for_too_long(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            stub.faults.append(status(429, Retry_After="999"))
            said = await failure(model.complete(request(1)), ModelError)
            assert "status 429, it asks to wait 999 seconds" in said and "--patience" in said
        stub.first.append(status(429, Retry_After="999"))
        with pytest.raises(ModelError, match=r"can't answer now \(status 429, it asks to wait 999 .*--patience"):
            async with connected(stub):
                pass

    run(play())
