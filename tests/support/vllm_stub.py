"""A server that answers as vLLM does, without a model, to test what goes wrong between a client and a server.

The meaning of the answers is tested on a real server (tests/integration/test_contract.py).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web

from arena.backends.vllm.client import VLLM
from benchmarks.support.model_folder import END
from tests.support.connecting import client
from tests.support.sglang_stub import SIZE, TOKENIZER, Fault, listening, log_row

STOP = TOKENIZER.token_to_id(END)


class VLLMStub:
    """What the server serves, the faults that come next (one per POST), and what it was asked.

    `most` of the likeliest tokens are told, -1 for all; `names`: it heeds tokens that are named; `raw`: what it tells
    is before temperature.
    """

    def __init__(self, folder: Path, most: int = 20, names: bool = True, raw: bool = True) -> None:
        self.most, self.names, self.raw = most, names, raw
        self.faults: deque[Fault] = deque()
        self.posts: list[dict[str, Any]] = []
        self.listed: list[dict[str, Any]] = [
            {"id": "tiny", "owned_by": "vllm", "root": str(folder), "max_model_len": 512}
        ]
        self.chance: random.Random | None = None  # draws samples; without it, each token is the likeliest
        self.url = ""

    async def models(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"object": "list", "data": self.listed})

    async def version(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"version": "0.32.0"})

    async def tokenize(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"tokens": TOKENIZER.encode((await request.json())["prompt"]).ids})

    async def completions(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.posts.append(body)
        if self.faults:
            return await self.faults.popleft()(request, b"")
        if self.most >= 0 and not 0 <= body.get("logprobs", 0) <= self.most:
            return web.json_response({"error": {"message": "greater than max allowed"}}, status=400)
        choices = [self.choice(body, index, tokens) for index, tokens in enumerate(body["prompt"])]
        return web.json_response({"object": "text_completion", "choices": choices[::-1]})

    def choice(self, body: dict[str, Any], index: int, tokens: Sequence[int]) -> dict[str, Any]:
        """The answer to a prompt."""
        drawn: list[int] = []
        told: list[dict[str, float]] = []
        while len(drawn) < body["max_tokens"] and STOP not in drawn:
            row = np.array(log_row([*tokens, *drawn]))
            hot = row / body["temperature"]
            shown = row if self.raw else hot - np.log(np.exp(hot).sum())
            for token, bias in body.get("logit_bias", {}).items():
                hot[int(token)] += bias
            played = np.exp(hot) / np.exp(hot).sum()
            token = int(played.argmax()) if self.chance is None else self.chance.choices(range(SIZE), played)[0]
            drawn.append(token)
            told.append({f"token_id:{which}": float(shown[which]) for which in (token, *self.which(shown, body))})
        choice: dict[str, Any] = {
            "index": index,
            "text": "",
            "token_ids": drawn,
            "finish_reason": "stop" if STOP in drawn else "length",
            "logprobs": {"top_logprobs": told} if "logprobs" in body else None,
        }
        if "prompt_logprobs" in body:
            scores = [log_row(tokens[:at])[token] for at, token in enumerate(tokens) if at]
            named = [{str(token): {"logprob": score}} for token, score in zip(tokens[1:], scores, strict=True)]
            choice["prompt_logprobs"] = [None, *named]
        return choice

    def which(self, shown: np.ndarray, body: dict[str, Any]) -> list[int]:
        """The tokens that it tells."""
        if self.names and "logprob_token_ids" in body:
            found: list[int] = body["logprob_token_ids"]
            return found
        count = body.get("logprobs", 0)
        return np.argsort(-shown, kind="stable")[: SIZE if count < 0 else count].tolist()


@asynccontextmanager
async def serving(stub: VLLMStub, port: int = 0) -> AsyncIterator[VLLMStub]:
    """Serve the stub on this machine."""
    app = web.Application()
    app.router.add_get("/v1/models", stub.models)
    app.router.add_get("/version", stub.version)
    app.router.add_post("/tokenize", stub.tokenize)
    app.router.add_post("/v1/completions", stub.completions)
    async with listening(app, port) as url:
        stub.url = url
        yield stub


def connected(*stubs: VLLMStub, **settings: Any) -> AbstractAsyncContextManager[VLLM]:
    """A client of some stubs, all of which are closed afterwards."""
    return client(VLLM.connect, "vllm", serving, stubs, settings)
