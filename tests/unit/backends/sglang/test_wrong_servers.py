"""Addresses where no server answers, or another one than the run needs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from arena.backends.remote import transport
from arena.backends.server import ServerSettings
from arena.backends.sglang.backend import served
from arena.backends.sglang.client import SGLang
from arena.backends.sglang.info import addresses
from arena.backends.weights.catalog import ModelEntry
from arena.errors import InputError, ModelError
from tests.support.sglang_client import check, connected, failure, request, run
from tests.support.sglang_stub import Stub, dropped, listening, serving


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


@pytest.mark.parametrize(
    ("version", "dies"),
    [
        *(("0.5.15", False), ("0.5.16", True), ("0.5.18.post1", True), ("0.5.20", True), ("0.5.21", False)),
        *(("0.5.160", False), ("0.5.23", False), ("1.0.5.17", False), ("", False)),
    ],
)
def test_versions_that_die_of_what_they_are_asked(folder: Path, version: str, dies: bool) -> None:
    async def play() -> None:
        stub = Stub(folder)
        stub.says = {"version": version}
        if not dies:
            async with connected(stub) as model:
                check(await model.complete(request(1)), 1)
            return
        async with serving(stub):
            said = await failure(SGLang.connect("m", ModelEntry(f"sglang:{stub.url}"), ServerSettings()), InputError)
            assert f"SGLang {version}," in said and "0.5.21 or newer" in said

    run(play())


def test_a_server_with_another_vocabulary(folder: Path) -> None:
    class Other(Stub):
        def spelled(self, body: dict[str, Any]) -> dict[str, Any]:
            return {"meta_info": {"input_token_logprobs": [[-1.0, 7, None]] * 5}}

    async def play() -> None:
        with pytest.raises(InputError, match="spells text in different tokens"):
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
            assert url in said and "isn't an SGLang server" in said

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
