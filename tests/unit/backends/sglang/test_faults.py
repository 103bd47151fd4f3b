"""What goes wrong between a client and its servers: each is either mended without loss or said in a sentence."""

from __future__ import annotations

import asyncio
import json
import math
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from arena.backends.base import Completion, Draw, Request, Sampling, StopRule
from arena.backends.server import ServerSettings
from arena.backends.sglang import transport
from arena.backends.sglang.backend import served
from arena.backends.sglang.client import SGLang
from arena.backends.sglang.info import addresses
from arena.backends.weights.catalog import ModelEntry
from arena.errors import ExitCode, InputError, ModelError
from tests.unit.backends.folder import write_folder
from tests.unit.backends.sglang.stub import (
    Fault,
    Stub,
    beside,
    body,
    cut_short,
    dropped,
    endless,
    listening,
    log_row,
    redirect,
    serving,
    slow,
    status,
    trickling,
)

STOP = StopRule("(?!)", "(?!)", max_tokens=2)
WANTED = (7, 3, 250)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "tiny")


@asynccontextmanager
async def connected(*stubs: Stub, **settings: Any) -> AsyncIterator[SGLang]:
    """A client of some stubs, all closed afterwards."""
    async with AsyncExitStack() as stack:
        for stub in stubs:
            await stack.enter_async_context(serving(stub))
        entry = ModelEntry("sglang:" + ",".join(stub.url for stub in stubs))
        model = await SGLang.connect("m", entry, ServerSettings(**settings))
        for stub in stubs:
            stub.posts.clear()
        try:
            yield model
        finally:
            await model.close()


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 30))


def request(*tokens: int, draw: str = "", **more: Any) -> Request:
    return Request(tokens, WANTED, STOP, draw=Draw(draw, 1) if draw else None, top=2, **more)


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


def check(completion: Completion, *tokens: int) -> None:
    """The numbers are those of this very prompt."""
    row = log_row(tokens)
    assert completion.logprobs == pytest.approx([row[token] for token in WANTED])
    assert [likely.logprob for likely in completion.top] == pytest.approx(sorted(row, reverse=True)[:2])


# --- mended ---


def _without(key: str) -> Callable[[bytes], bytes]:
    def change(answer: bytes) -> bytes:
        found = json.loads(answer)
        found[0]["meta_info"].pop(key)
        return json.dumps(found).encode()

    return change


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
        body(_without("output_token_ids_logprobs")),
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


# --- said ---


async def failure(what: Any, kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        await what
    return str(caught.value)


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


@pytest.mark.parametrize(
    "lie",
    [
        body(lambda answer: answer.replace(b"[[[", b"[[[800, 7, null], [")),
        body(lambda answer: re.sub(rb'"output_ids": \[[0-9]+', b'"output_ids": [1099511627776', answer)),
        body(lambda answer: answer.replace(b'"prompt_tokens": 1', b'"prompt_tokens": 1000000')),
    ],
)
def test_a_lie_is_refused_at_once(folder: Path, lie: Fault) -> None:
    """Which lies there are: test_wire.py."""

    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            stub.faults.append(lie)
            said = await failure(model.complete(request(1)), ModelError)
            assert f"the server at {stub.url} gives an answer that can't be right" in said
            check(await model.complete(request(1)), 1)

    run(play())


def test_nothing_of_a_lie_is_stored(
    folder: Path, tmp_path: Path, arena: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    """Through the command line, by a server that is honest until it is asked by a match."""

    class Liar(Stub):
        def answers(self, body: dict[str, Any]) -> list[dict[str, Any]]:
            found = super().answers(body)
            if body.get("top_logprobs_num"):
                found[0]["meta_info"]["output_top_logprobs"][0][0][0] = 800
            return found

    stub = Liar(folder)
    store = tmp_path / "run.db"
    with beside(stub), pytest.raises(SystemExit) as ended:
        arena("tournament", "--subject", f"llm:sglang:{stub.url}", "--games", "2", "--rounds", "2", "--store", store)
    assert ended.value.code == ExitCode.MODEL
    words = capfd.readouterr().err.splitlines()[-1]
    assert f"arena: the server at {stub.url} gives an answer that can't be right" in words and "is 800" in words
    with closing(sqlite3.connect(store)) as opened:
        assert opened.execute("SELECT (SELECT COUNT(*) FROM rounds) + (SELECT COUNT(*) FROM prompts)").fetchone() == (
            0,
        )


def test_an_answer_that_is_never_whole_is_refused_before_patience_ends(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_FIRST_PAUSE", 0.01)

    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, patience=1000) as model:
            stub.faults.extend([body(_without("output_token_ids_logprobs"))] * 1000)
            said = await failure(model.complete(request(1)), ModelError)
            assert stub.url in said and "no log-probabilities" in said

    run(play())


@pytest.mark.parametrize(("fault", "said"), [(trickling, "no whole answer in time"), (endless, "is longer than")])
def test_an_answer_has_an_end(folder: Path, fault: Fault, said: str) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, patience=0.5) as model:
            stub.faults.append(fault)
            assert said in await failure(model.complete(request(1)), ModelError)
        stub.first.append(fault)
        with pytest.raises(ModelError, match=said):
            async with connected(stub, patience=0.5):
                pass

    run(play())


def test_nobody_is_followed_to_another_address(folder: Path) -> None:
    async def play() -> None:
        stub, other = Stub(folder), Stub(folder)
        async with serving(other), connected(stub, key="secret") as model:
            stub.faults.append(redirect(other.url))
            assert "name the server's own address" in await failure(model.complete(request(1)), InputError)
        async with serving(other):
            stub.first.append(redirect(other.url))
            with pytest.raises(InputError, match="name the server's own address"):
                async with connected(stub, key="secret"):
                    pass
        assert not other.posts and not other.headers

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
    assert least <= transport.seconds_asked(said) <= most


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


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        *(({"max_req_input_len": value}, ModelError) for value in ("many", -1, 0, 2**40, 1.5)),
        *(({"model_path": value}, InputError) for value in (None, 3, ["a"], "a" * 10**5)),
    ],
)
def test_a_server_that_says_nonsense_of_itself(folder: Path, says: dict[str, Any], kind: type[Exception]) -> None:
    async def play() -> None:
        stub = Stub(folder)
        stub.says = says
        async with serving(stub):
            said = await failure(SGLang.connect("m", ModelEntry(f"sglang:{stub.url}"), ServerSettings()), kind)
            assert stub.url in said

    run(play())


def test_a_server_with_another_vocabulary(folder: Path) -> None:
    class Other(Stub):
        def spelled(self, body: dict[str, Any]) -> dict[str, Any]:
            return {"meta_info": {"input_token_logprobs": [[-1.0, 7, None]] * 5}}

    async def play() -> None:
        with pytest.raises(InputError, match="spells text in other tokens"):
            async with connected(Other(folder)):
                pass

    run(play())


@pytest.mark.parametrize("says", [{"model_path": "other"}, {"weight_version": "2"}])
def test_another_model_behind_the_same_address(
    folder: Path, says: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No connection is lost: nothing but the model has changed."""
    monkeypatch.setattr(transport, "_TRUSTED_SECONDS", 0.0)

    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            check(await model.complete(request(1)), 1)
            stub.says = says
            for number in (2, 3):
                assert "serves" in await failure(model.complete(request(number)), ModelError)
            stub.says = {}
            check(await model.complete(request(2)), 2)

    run(play())


@pytest.mark.parametrize(
    ("raw", "name", "said"), [(True, "other", "serves"), (False, "tiny", "SGLANG_RETURN_ORIGINAL_LOGPROB")]
)
def test_another_server_in_its_place(folder: Path, raw: bool, name: str, said: str) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            check(await model.complete(request(1)), 1)
            stub.raw, stub.name = raw, name
            stub.faults.append(dropped)
            assert said in await failure(model.complete(request(2)), ModelError)

    run(play())


def test_a_request_that_the_server_refuses(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            stub.faults.append(status(400, "The input is\x1b[31m bad"))
            said = await failure(model.complete(request(1)), InputError)
            assert "400" in said and "bad" in said
            check(await model.complete(request(1)), 1)

    run(play())


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_key(folder: Path, code: int) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, key="secret") as model:
            check(await model.complete(request(1)), 1)
            assert stub.headers[-1] == "Bearer secret"
            stub.faults.append(status(code))
            said = await failure(model.complete(request(2)), ModelError)
            assert "ARENA_API_KEY" in said and "secret" not in said

    run(play())


@pytest.mark.parametrize(("key", "said"), [("", "set ARENA_API_KEY"), ("key", "only for addresses that you name")])
def test_a_key_that_is_missing(folder: Path, key: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARENA_API_KEY", key)

    async def play() -> None:
        stub = Stub(folder)
        stub.first.append(status(401))
        async with serving(stub):
            words = await failure(SGLang.connect("m", ModelEntry(f"sglang:{stub.url}"), ServerSettings()), ModelError)
            assert "wants a key" in words and said in words
            assert stub.headers == [None]

    run(play())


def test_no_server_there() -> None:
    with pytest.raises(ModelError, match=r"no server answers at http://127\.0\.0\.1:1 .*arena serve"):
        asyncio.run(served("http://127.0.0.1:1", ServerSettings()))


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transport.START_SECONDS <= 10, "who starts a run waits no longer than that"
    monkeypatch.setattr(transport, "START_SECONDS", 0.3)

    async def play() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            started = time.monotonic()
            said = await failure(SGLang.connect("m", ModelEntry(f"sglang:{url}"), ServerSettings()), ModelError)
            assert url in said and "in time" in said and time.monotonic() - started < 10

    run(play())


@pytest.mark.parametrize("answer", ["<html>It works!</html>", '{"object": "list"}', None])
def test_something_else_answers(answer: str | None) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        if answer is None:
            raise web.HTTPNotFound
        return web.Response(text=answer)

    async def play() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", page)
        async with listening(app) as url:
            said = await failure(SGLang.connect("m", ModelEntry(f"sglang:{url}"), ServerSettings()), InputError)
            assert url in said and "no SGLang server" in said

    run(play())


def test_addresses_that_serve_different_models(folder: Path) -> None:
    async def play() -> None:
        with pytest.raises(InputError, match="the same model"):
            async with connected(Stub(folder), Stub(folder, name="other")):
                pass
        with pytest.raises(InputError, match="all of them with the same SGLANG_RETURN"):
            async with connected(Stub(folder), Stub(folder, raw=False)):
                pass

    run(play())


def test_a_tokenizer_that_is_not_here(tmp_path: Path) -> None:
    async def play() -> None:
        async with serving(Stub(tmp_path / "on-the-server")) as stub:
            said = await failure(SGLang.connect("m", ModelEntry(f"sglang:{stub.url}"), ServerSettings()), ModelError)
            assert "not on this machine" in said and "@sglang:" in said

    run(play())


@pytest.mark.parametrize("place", ["", "localhost:30000", "http://", "ftp://host", "http://host:99999", "http://a,,b"])
def test_addresses_that_are_none(place: str) -> None:
    with pytest.raises(InputError, match="an address is written"):
        addresses(place)


def test_addresses_are_told_apart_once() -> None:
    assert addresses("http://a:1/, http://b,http://a:1") == ("http://a:1", "http://b")


# --- settings it can't give ---


def test_settings_that_a_server_cannot_tell(folder: Path) -> None:
    async def play() -> None:
        raw, tempered = Stub(folder), Stub(folder, raw=False)
        async with connected(raw) as model:
            hot = request(1, sampling=Sampling(2.0))
            assert "SGLANG_RETURN_ORIGINAL_LOGPROB=0" in await failure(model.complete(hot), InputError)
            cut = request(1, sampling=Sampling(1.0, 0.9))
            assert "top-p" in await failure(model.complete(cut), InputError)
            further = request(1, further=(Sampling(2.0),))
            assert "one setting only" in await failure(model.complete(further), InputError)
            assert not raw.posts
        async with connected(tempered) as model:
            row = log_row((1,), 2.0)
            found = await model.complete(hot)
            assert found.logprobs == pytest.approx([row[token] for token in WANTED])
            assert found.entropy is None

    run(play())


@pytest.mark.parametrize("tokens", [(), (9999,), (-1,), (1,) * 600])
def test_prompts_that_would_end_a_server_are_not_sent(folder: Path, tokens: tuple[int, ...]) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub) as model:
            await failure(model.complete(request(*tokens)), InputError)
            assert not stub.posts

    run(play())


# --- how it asks ---


def test_equal_prompts_are_evaluated_once_and_requests_are_bounded(folder: Path) -> None:
    async def play() -> None:
        stub = Stub(folder)
        async with connected(stub, batch=4, flights=2) as model:
            stub.pause = 0.01
            asked = [request(5, number % 3, draw=f"{number}") for number in range(60)]
            for wanted, completion in zip(asked, await asyncio.gather(*map(model.complete, asked)), strict=True):
                check(completion, *wanted.tokens)
            assert sum(len(post["input_ids"]) for post in stub.posts if "return_logprob" in post) == 3
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
