"""How a client asks when nothing goes wrong: together, each prompt once, and until it is closed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from arena.errors import InputError, ModelError
from tests.support.sglang_client import check, connected, failure, request, run
from tests.support.sglang_stub import Stub, log_row


def test_texts_are_scored_beside_prompts_and_whoever_closes_is_refused(folder: Path) -> None:
    async def go() -> None:
        text = (5, 9, 30, 9)
        expected = [log_row(text[:at])[text[at]] for at in range(1, len(text))]
        async with connected(Stub(folder), batch=2) as model:
            one, other, asked, short = await asyncio.gather(
                model.score(text), model.score(text[:2]), model.complete(request(5, 9)), model.score(text[:1])
            )
            assert one.logprobs == pytest.approx(expected) and other.logprobs == pytest.approx(expected[:1])
            assert short.logprobs == ()
            check(asked, 5, 9)
            for bad, said in (((), "at least one"), ((1, -1), "no token -1"), ((1,) * 513, "513 tokens of text")):
                with pytest.raises(InputError, match=said):
                    await model.score(bad)
        with pytest.raises(ModelError, match="was closed"):
            await model.score(text)

    run(go())


def test_equal_prompts_are_evaluated_once_and_requests_are_bounded(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, batch=4, flights=2) as model:
            stub.pause = 0.01
            asked = [request(5, number % 3, draw=f"{number}") for number in range(60)]
            for wanted, completion in zip(asked, await asyncio.gather(*map(model.complete, asked)), strict=True):
                check(completion, *wanted.tokens)
            assert sum(len(post["input_ids"]) for post in stub.posts if "token_ids_logprob" in post) == 3
            assert max(len(post["input_ids"]) for post in stub.posts) == 4
            assert stub.most_flying == 2

    run(play())


def test_who_waits_no_more_takes_nothing_from_others(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            stub.pause = 0.2
            tasks = [asyncio.ensure_future(model.complete(request(1))) for _ in range(3)]
            await asyncio.sleep(0.05)
            tasks[0].cancel()  # the one that asked
            for task in tasks[1:]:
                check(await task, 1)
            await asyncio.gather(tasks[0], return_exceptions=True)
            assert tasks[0].cancelled()

    run(play())


def test_closing_ends_what_waits(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            stub.pause = 5.0
            tasks = [asyncio.ensure_future(model.complete(request(1, number % 100))) for number in range(300)]
            await asyncio.sleep(0.1)
            await model.close()
            ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 2)
            assert all(isinstance(one, ModelError | asyncio.CancelledError) for one in ended)
            assert "closed" in await failure(model.complete(request(1)), ModelError)

    run(play())
