"""How many requests are open at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from arena.backends.remote import flow
from arena.backends.remote.flow import Flow
from tests.support.sglang_client import check, connected, request, run
from tests.support.sglang_stub import Stub, status


def answered(window: Flow, count: int, more_wait: bool) -> None:
    for _ in range(count):
        window.answered(window.sent(), more_wait)


def test_it_grows_by_one_when_all_that_it_allows_were_answered_and_only_if_more_wait() -> None:
    window = Flow(2, 16)
    assert window.allowed == 8
    answered(window, 8, more_wait=False)
    assert window.allowed == 8
    answered(window, 10, more_wait=True)
    assert window.allowed == 9
    answered(window, 10_000, more_wait=True)
    assert window.allowed == 32
    numbers = [window.sent() for _ in range(32)]
    assert not window.is_free
    window.failed(numbers[7])
    assert window.is_free


def test_what_pushes_back_halves_it_once_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Flow(1, 16)
    window.pushed_back()
    window.pushed_back()
    assert window.allowed == 2
    monkeypatch.setattr(flow, "_A_MOMENT", 0.0)
    for _ in range(5):
        window.pushed_back()
    assert window.allowed == 1 and window.is_free


def test_nothing_is_sent_while_one_takes_much_longer_than_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(flow.time, "monotonic", lambda: clock)
    window = Flow(1, 16)
    for _ in range(8):
        number = window.sent()
        clock += 2.0
        window.answered(number, more_wait=True)
    allowed, late = window.allowed, window.sent()
    clock += 5.0
    others = [window.sent() for _ in range(2)]
    assert window.is_free
    clock += 2.0
    assert not window.is_free and window.allowed == allowed // 2
    for number in others:
        window.answered(number, more_wait=True)
    assert not window.is_free
    window.answered(late, more_wait=True)
    assert window.is_free


def test_as_many_as_a_server_bears(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, batch=1) as model:
            stub.pause = 0.002
            asked = [request(1, number % 200, number // 200) for number in range(400)]
            for wanted, completion in zip(asked, await asyncio.gather(*map(model.complete, asked)), strict=True):
                check(completion, *wanted.tokens)
            assert stub.most_flying > 4, "more than it began with"
            stub.faults.extend([status(503)] * 4)
            further = [request(2, number) for number in range(40)]
            for wanted, completion in zip(further, await asyncio.gather(*map(model.complete, further)), strict=True):
                check(completion, *wanted.tokens)

    run(play())
