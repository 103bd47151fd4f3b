"""Requests that a server refuses, or that the client refuses in its place: settings, prompts and keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.backends.base import Sampling
from arena.backends.server import ServerSettings
from arena.backends.sglang.client import SGLang
from arena.backends.weights.catalog import ModelEntry
from arena.errors import InputError, ModelError
from tests.support.sglang_client import WANTED, check, connected, failure, request, run
from tests.support.sglang_stub import Stub, log_row, serving, status


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


def test_settings_that_a_server_cannot_tell(folder: Path) -> None:
    async def play() -> None:
        raw, tempered = Stub(folder), Stub(folder, raw=False)
        async with connected(raw) as model:
            hot = request(1, sampling=Sampling(2.0))
            assert "SGLANG_RETURN_ORIGINAL_LOGPROB=0" in await failure(model.complete(hot), InputError)
            cut = request(1, sampling=Sampling(1.0, 0.9))
            assert "top-p" in await failure(model.complete(cut), InputError)
            least = request(1, sampling=Sampling(1.0, 1.0, 0.1))
            assert "use min-p 0" in await failure(model.complete(least), InputError)
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
