"""Servers that can't be used end with a sentence that says what to do, and with the right exit code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from arena.backends.openai.client import OpenAI
from arena.backends.openai.info import addresses
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import ModelEntry
from arena.errors import ArenaError, InputError, ModelError
from tests.support.llamacpp_stub import LlamaStub, connected, serving
from tests.support.sglang_client import failure, run
from tests.support.sglang_stub import listening


async def refusal(place: str, kind: type[ArenaError]) -> str:
    return await failure(OpenAI.connect("m", ModelEntry(f"openai:{place}"), ServerSettings(patience=2.0)), kind)


def changed(change: Callable[[LlamaStub], Any], kind: type[ArenaError], *words: str, model: str = "") -> None:
    """Check the refusal of a server that is changed."""

    async def go() -> None:
        stub = LlamaStub()
        change(stub)
        async with serving(stub):
            said = await refusal(stub.url + model, kind)
            assert stub.url in said
            assert all(word in said for word in words), said

    run(go())


def test_nobody_answers() -> None:
    async def go() -> None:
        said = await refusal("http://127.0.0.1:1", ModelError)
        assert "no server answers at http://127.0.0.1:1" in said and "check the address" in said

    run(go())


def test_a_server_that_lists_no_models() -> None:
    async def go() -> None:
        async with listening(web.Application()) as url:
            said = await refusal(url, InputError)
            assert url in said and "/v1/models" in said and "http://host:8080" in said

    run(go())


def test_servers_of_other_kinds_are_named() -> None:
    changed(lambda stub: stub.listed[0].update(owned_by="library"), InputError, "'library'", "docs/backends.md")
    changed(lambda stub: stub.listed[0].pop("meta"), InputError, "newer llama.cpp")
    changed(lambda stub: stub.props.clear(), InputError, "/props", "newer llama.cpp")


def test_the_model_must_be_there_and_be_the_only_one_or_named() -> None:
    changed(lambda stub: stub.listed.clear(), InputError, "serves no model")
    changed(lambda stub: None, InputError, "no model 'other'", "tiny", model="#other")
    second = {"id": "second", "owned_by": "llamacpp"}
    changed(lambda stub: stub.listed.append(second), InputError, "several models", "#tiny", "second")

    async def go() -> None:
        stub = LlamaStub()
        stub.listed.append(second)
        async with serving(stub):
            model = await OpenAI.connect("m", ModelEntry(f"openai:{stub.url}/v1#tiny"), ServerSettings())
            await model.close()

    run(go())


def test_a_key_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def models(request: web.Request) -> web.StreamResponse:
        right = request.headers.get("Authorization") == "Bearer open"
        return web.json_response({"data": []}) if right else web.Response(status=401)

    async def go() -> None:
        app = web.Application()
        app.router.add_get("/v1/models", models)
        async with listening(app) as url:
            assert "set ARENA_API_KEY" in await refusal(url, ModelError)
            asked = OpenAI.connect("m", ModelEntry(f"openai:{url}"), ServerSettings(key="open"))
            assert "serves no model" in await failure(asked, InputError)

    run(go())


def test_servers_of_different_models() -> None:
    async def go() -> None:
        other = LlamaStub()
        other.props["model_path"] = "/models/other.gguf"
        with pytest.raises(InputError, match="must serve the same model"):
            async with connected(LlamaStub(), other):
                pass

    run(go())


def test_addresses() -> None:
    assert addresses("http://a:1/v1,http://b#m/x") == (("http://a:1", "http://b"), "m/x")
    with pytest.raises(InputError, match="openai:nonsense: an address is written http://host:8080"):
        addresses("nonsense")
