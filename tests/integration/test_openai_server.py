"""A model on llama.cpp's own server, a real one, against the same file in Arena's own worker process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from arena.backends.base import Capability, Request
from arena.backends.keys import KEY_VARIABLE
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.errors import ExitCode
from benchmarks.support.llamacpp_server import LlamaCppServer
from benchmarks.support.sglang_server import free_port
from tests.integration.backends import Subject
from tests.support.commands import GEMMA, SMOLLM2, arena, begun, check_whole, complaint, count_rounds, wait_for
from tests.support.match_prompt import ASKED, HEAD, MOVES, ROUND
from tests.support.sglang_stub import listening

pytestmark = pytest.mark.model

# Of a probability: between two builds of llama.cpp, which rounds what it multiplies 4-bit weights with to 8 bits, and
# between two evaluations by one of them.
BUILDS, EVALUATIONS = 0.12, 0.03


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LlamaCppServer]:
    """A server of the test's own, not started."""
    made = LlamaCppServer(locate(find_model(SMOLLM2)), free_port(), tmp_path / "server.log")
    yield made
    made.stop()


@contextmanager
def subjects(*names: str) -> Iterator[list[Subject]]:
    made = [Subject(name.partition(":")[0], name) for name in names]
    try:
        yield made
    finally:
        for one in made:
            one.close()


def test_the_same_file_gives_the_same_vocabulary_and_probabilities(llamacpp_server: LlamaCppServer) -> None:
    with subjects(SMOLLM2, f"openai:{llamacpp_server.url}") as (here, there):
        one, other = here.model.vocabulary, there.model.vocabulary
        assert one.pieces == other.pieces and one.specials == other.specials
        assert (one.bos, one.ends, one.chat_template) == (other.bos, other.ends, other.chat_template)
        assert Capability.NAMED in there.model.capabilities
        texts = [ASKED, HEAD + "Round 1: Ann chose", HEAD + ROUND.format(1, "paper", "rock") + "Round 2: Ann chose"]
        for text in texts:
            assert here.tokens(text) == there.tokens(text)
        wanted = (*here.tokens(" rock paper scissors Rock ROCK the"), 40_000, 41_000)
        requests = [Request(here.tokens(text), wanted, MOVES) for text in texts]
        for one_found, other_found in zip(here.ask(*requests), there.ask(*requests), strict=True):
            assert np.exp(one_found.logprobs) == pytest.approx(np.exp(other_found.logprobs), abs=BUILDS)
            # in proportion too, however unlikely
            assert other_found.logprobs == pytest.approx(one_found.logprobs, abs=0.7)


@pytest.mark.slow
def test_a_large_vocabulary_is_read_as_it_is(tmp_path: Path) -> None:
    server = LlamaCppServer(locate(find_model(GEMMA)), free_port(), tmp_path / "server.log")
    try:
        server.start()
        with subjects(GEMMA, f"openai:{server.url}") as (here, there):
            one, other = here.model.vocabulary, there.model.vocabulary
            assert one.pieces == other.pieces and (one.bos, one.ends) == (other.bos, other.ends)
            assert other.specials.items() <= one.specials.items()
            assert here.tokens(ASKED) == there.tokens(ASKED)
    finally:
        server.stop()


@pytest.mark.long
def test_a_server_that_is_killed_and_started_again_loses_nothing(server: LlamaCppServer, tmp_path: Path) -> None:
    store, games, rounds = tmp_path / "run.db", 8, 3
    server.start()
    name = f"llm:{SMOLLM2}@openai:{server.url}"
    run = ("tournament", "--subject", name, "--games", str(games), "--rounds", str(rounds), "--store", store)
    with begun(*run) as process:
        wait_for(lambda: count_rounds(store) > 4, process)
        server.stop()
        assert count_rounds(store) < games * rounds and process.poll() is None
        server.start()
        stdout, stderr = process.communicate()
    assert process.returncode == ExitCode.DONE, stderr
    assert "Traceback" not in stderr and SMOLLM2 in stdout
    check_whole(store, games, rounds)


@pytest.mark.long
def test_keys_and_names(tmp_path: Path) -> None:
    server = LlamaCppServer(locate(find_model(SMOLLM2)), free_port(), tmp_path / "server.log", key="open")
    asked = ("doctor", f"openai:{server.url}", "--game", "rps")
    assert f"no server answers at {server.url}" in complaint(*asked, code=ExitCode.MODEL)
    try:
        server.start()
        assert f"set {KEY_VARIABLE}" in complaint(*asked, code=ExitCode.MODEL)
        assert "refuses the key" in complaint(*asked, code=ExitCode.MODEL, env={KEY_VARIABLE: "shut"})
        other = ("doctor", f"openai:{server.url}#other", "--game", "rps")
        assert "has no model 'other'" in complaint(*other, code=ExitCode.INPUT, env={KEY_VARIABLE: "open"})
        arena(*asked, env={KEY_VARIABLE: "open"})
    finally:
        server.stop()


@pytest.mark.long
def test_a_server_that_tells_the_likeliest_alone(llamacpp_server: LlamaCppServer, tmp_path: Path) -> None:
    """As one behind a program that drops what the OpenAI API doesn't have: bounds are shown, and nothing is played."""
    with without_sampled(llamacpp_server.url) as url:
        name = f"{SMOLLM2}@openai:{url}"
        told = json.loads(arena("doctor", name, "--game", "rps", "--json").stdout)["audits"]
        shown = arena("doctor", name, "--game", "rps").stdout
        store = tmp_path / "run.db"
        run = ("tournament", "--subject", f"llm:{name}", "--games", "2", "--rounds", "2", "--store", store)
        said = complaint(*run, code=ExitCode.INPUT)
    exact = json.loads(arena("doctor", f"{SMOLLM2}@openai:{llamacpp_server.url}", "--game", "rps", "--json").stdout)
    for bounds, policy in zip(told, exact["audits"], strict=True):
        for move, probability in policy["policy"].items():
            low, high = bounds["policy"][move]
            assert low - EVALUATIONS <= probability <= high + EVALUATIONS and high - low < 0.2
        low, high = bounds["determinism"]
        assert low - EVALUATIONS <= max(policy["policy"].values()) <= high + EVALUATIONS
        assert -100 <= bounds["net"][0] <= bounds["net"][1] <= 100
    assert "determinism" in shown and "the likeliest tokens only" in shown
    assert "arena doctor" in said and count_rounds(store) == 0


@contextmanager
def without_sampled(url: str) -> Iterator[str]:
    """The same server without probabilities after sampling, as long as a command runs in this thread."""
    ready, done, found = threading.Event(), threading.Event(), list[str]()

    async def passed(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.path == "/completion":
            asked = json.loads(body)
            asked.pop("post_sampling_probs", None)
            body = json.dumps(asked).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url + request.path, data=body or None) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")

    async def serve() -> None:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", passed)
        async with listening(app) as here:
            found.append(here)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        yield found[0]
    finally:
        done.set()
        thread.join()
