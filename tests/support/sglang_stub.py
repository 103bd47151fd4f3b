"""A server that answers as SGLang does, without a model, to test what goes wrong between a client and a server.

The meaning of the answers is tested on a real server (tests/integration/test_contract.py).
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.support.model_folder import tokenizer

TOKENIZER = tokenizer()
SIZE = TOKENIZER.get_vocab_size()
Fault = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


def log_row(tokens: Sequence[int], temperature: float = 1.0) -> list[float]:
    """The log-probabilities after a prompt: a fixed pseudo-random row for each."""
    generator = random.Random(repr(list(tokens)))
    row = [generator.gauss(0, 2) / temperature for _ in range(SIZE)]
    total = math.log(sum(map(math.exp, row)))
    return [value - total for value in row]


class Stub:
    """What the server serves, the faults that come next (one per POST), and what it was asked."""

    def __init__(self, folder: Path, raw: bool = True, name: str = "tiny") -> None:
        self.folder, self.raw, self.name = folder, raw, name
        self.faults: deque[Fault] = deque()
        self.first: deque[Fault] = deque()  # the same for what it says about itself
        self.posts: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        self.flying = self.most_flying = 0
        self.pause = 0.0  # seconds before each answer
        self.hangs = asyncio.Event()  # while it isn't set, nothing is answered at all
        self.hangs.set()
        self.url = ""
        self.says: dict[str, Any] = {}  # about itself, overriding what it would say
        self.row = log_row  # the log-probabilities after a prompt, at a temperature
        self.chance: random.Random | None = None  # draws samples; without it, each token is the likeliest
        self.heeds = True  # what is to be excluded; a router drops that

    async def model_info(self, request: web.Request) -> web.StreamResponse:
        await self.hangs.wait()
        self.headers.append(request.headers.get("Authorization"))
        if self.first:
            return await self.first.popleft()(request, b"")
        says = {"model_path": self.name, "tokenizer_path": str(self.folder), "weight_version": "1"}
        return web.json_response(says | self.says)

    async def server_info(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"version": "0.5", "dtype": "float32", "max_req_input_len": 512} | self.says)

    async def generate(self, request: web.Request) -> web.StreamResponse:
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            self.headers.append(request.headers.get("Authorization"))
            body = await request.json()
            self.posts.append(body)
            answer = json.dumps(self.spelled(body) if "text" in body else self.answers(body)).encode()
            await asyncio.sleep(self.pause)
            await self.hangs.wait()
            if self.faults:
                return await self.faults.popleft()(request, answer)
            return web.Response(body=answer, content_type="application/json")
        finally:
            self.flying -= 1

    def answers(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """An answer for each prompt."""
        found = []
        params = body["sampling_params"]
        for tokens in body["input_ids"]:
            row = self.row(tokens, 1.0 if self.raw else params["temperature"])
            best = sorted(range(SIZE), key=lambda token: -row[token])
            meta: dict[str, Any] = {"finish_reason": {"type": "length"}, "prompt_tokens": len(tokens)}
            meta["weight_version"] = "1"
            if body.get("return_logprob"):
                wanted = body.get("token_ids_logprob", ())
                top = best[: body["top_logprobs_num"]]
                meta["output_token_ids_logprobs"] = [[[row[token], token, None] for token in wanted]]
                meta["output_top_logprobs"] = [[[row[token], token, None] for token in top]]
                if body["logprob_start_len"] == 0:
                    rows = [None, *(log_row(tokens[:at])[token] for at, token in enumerate(tokens) if at)]
                    meta["input_token_logprobs"] = [[row, token, None] for row, token in zip(rows, tokens, strict=True)]
            ids: list[int] = []
            while len(ids) < params["max_new_tokens"]:
                ids.append(self.sample([*tokens, *ids], params))
            text = TOKENIZER.decode(ids, skip_special_tokens=False)
            found.append({"text": text, "output_ids": ids, "meta_info": meta})
        return found

    def sample(self, tokens: Sequence[int], params: dict[str, Any]) -> int:
        """The next token, where some may be excluded."""
        row = self.row(tokens, params["temperature"])
        bias = params.get("logit_bias", {}) if self.heeds else {}
        weights = [math.exp(row[token] + bias.get(str(token), 0.0)) for token in range(SIZE)]
        if self.chance is None:
            return max(range(SIZE), key=weights.__getitem__)
        return self.chance.choices(range(SIZE), weights)[0]

    def spelled(self, body: dict[str, Any]) -> dict[str, Any]:
        """The tokens of a text."""
        ids = TOKENIZER.encode(body["text"]).ids
        return {
            "meta_info": {"input_token_logprobs": [[-1.0 if place else None, id, None] for place, id in enumerate(ids)]}
        }


@asynccontextmanager
async def serving(stub: Stub, port: int = 0) -> AsyncIterator[Stub]:
    """Serve the stub on this machine."""
    app = web.Application()
    app.router.add_get("/model_info", stub.model_info)
    app.router.add_get("/server_info", stub.server_info)
    app.router.add_post("/generate", stub.generate)
    async with listening(app, port) as url:
        stub.url = url
        yield stub


@asynccontextmanager
async def listening(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Run any web application on this machine; yields its address."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        try:
            await web.SockSite(runner, server).start()
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            await runner.cleanup()


@contextmanager
def beside(stub: Stub) -> Iterator[None]:
    """Serve the stub while a command runs in this thread."""
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(stub):
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        done.set()
        thread.join()


# --- faults ---


def status(code: int, text: str = "", **headers: str) -> Fault:
    """A status other than 200."""

    async def fault(request: web.Request, answer: bytes) -> web.StreamResponse:
        return web.Response(status=code, text=text, headers={name.replace("_", "-"): headers[name] for name in headers})

    return fault


def redirect(url: str) -> Fault:
    """A redirection to another server."""

    async def fault(request: web.Request, answer: bytes) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": url + request.path})

    return fault


async def trickling(request: web.Request, answer: bytes) -> web.StreamResponse:
    """A byte now and then, forever."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def endless(request: web.Request, answer: bytes) -> web.StreamResponse:
    """An endless answer, as fast as it can be sent."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 65536)


def body(change: Callable[[bytes], bytes]) -> Fault:
    """Status 200, but another body."""

    async def fault(request: web.Request, answer: bytes) -> web.StreamResponse:
        return web.Response(body=change(answer), content_type="application/json")

    return fault


async def dropped(request: web.Request, answer: bytes) -> web.StreamResponse:
    """The connection ends without an answer."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def cut_short(request: web.Request, answer: bytes) -> web.StreamResponse:
    """The connection ends in the middle of the body that was announced."""
    response = web.StreamResponse(headers={"Content-Length": str(len(answer))})
    await response.prepare(request)
    await response.write(answer[: len(answer) // 2])
    assert request.transport is not None
    request.transport.close()
    return response


def slow(seconds: float) -> Fault:
    """The right answer, later."""

    async def fault(request: web.Request, answer: bytes) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response(body=answer, content_type="application/json")

    return fault


def without(key: str) -> Callable[[bytes], bytes]:
    """A change of an answer, for `body`: this key is missing."""

    def change(answer: bytes) -> bytes:
        found = json.loads(answer)
        found[0]["meta_info"].pop(key)
        return json.dumps(found).encode()

    return change
