"""Answers that can't be right, never end or lead elsewhere: refused in a sentence, and nothing of them is kept."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from arena.backends.remote import transport
from arena.errors import ExitCode, InputError, ModelError
from tests.support.sglang_client import check, connected, failure, request, run
from tests.support.sglang_stub import Fault, Stub, beside, body, endless, redirect, serving, trickling, without


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
            stub.faults.extend([body(without("output_token_ids_logprobs"))] * 1000)
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
