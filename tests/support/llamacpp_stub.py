"""A server that answers as llama.cpp's does, without a model, to test what goes wrong between a client and a server.

The meaning of the answers is tested on a real server (tests/integration/test_contract.py).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import numpy as np
from aiohttp import web

from arena.backends.openai.client import OpenAI
from arena.backends.tokenizer import FolderTokenizer
from benchmarks.support.model_folder import END
from tests.support.connecting import client
from tests.support.sglang_stub import SIZE, TOKENIZER, Fault, listening, log_row

_TOKENIZER = FolderTokenizer(TOKENIZER.to_str(), {}, {})
STOP = TOKENIZER.token_to_id(END)


class LlamaStub:
    """What the server serves, the faults that come next (one per POST), and what it was asked.

    `samples`: it tells probabilities after sampling; `biased`: it heeds a bias there.
    """

    def __init__(self, samples: bool = True, biased: bool = True) -> None:
        self.samples, self.biased = samples, biased
        self.parts: set[int] = set()  # tokens that are part of a character only
        self.faults: deque[Fault] = deque()
        self.posts: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        self.listed: list[dict[str, Any]] = [
            {"id": "tiny", "owned_by": "llamacpp", "meta": {"n_vocab": SIZE, "n_params": 7, "size": 9, "ftype": "Q4_1"}}
        ]
        self.props: dict[str, Any] = {
            "default_generation_settings": {"n_ctx": 512},
            "total_slots": 4,
            "model_path": "/models/tiny.gguf",
            "build_info": "b1",
            "chat_template": "{{ messages[0].content }}",
            "eos_token": END,
        }
        self.chance: random.Random | None = None  # draws samples; without it, each token is the likeliest
        self.url = ""

    async def models(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(request.headers.get("Authorization"))
        return web.json_response({"object": "list", "data": self.listed})

    async def said(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.props)

    async def tokenize(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        return web.json_response({"tokens": _TOKENIZER.tokenize(body["content"], body["parse_special"])})

    async def detokenize(self, request: web.Request) -> web.StreamResponse:
        tokens = (await request.json())["tokens"]
        return web.json_response({"content": TOKENIZER.decode(tokens, skip_special_tokens=False)})

    async def completion(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.posts.append(body)
        if self.faults:
            return await self.faults.popleft()(request, b"")
        answers = [self.answer(body, index, tokens) for index, tokens in enumerate(body["prompt"])]
        return web.json_response(answers[::-1])

    def answer(self, body: dict[str, Any], index: int, tokens: Sequence[int]) -> dict[str, Any]:
        """The answer to a prompt."""
        drawn: list[int] = []
        content: list[dict[str, Any]] = []
        while len(drawn) < body["n_predict"] and STOP not in drawn:
            row = np.array(log_row([*tokens, *drawn]))
            hot = row.copy()
            for token, bias in body["logit_bias"]:
                hot[token] += bias
            if body["ignore_eos"]:
                hot[STOP] = -np.inf
            played = np.exp(hot / body["temperature"])
            played /= played.sum()
            token = int(played.argmax()) if self.chance is None else self.chance.choices(range(SIZE), played)[0]
            drawn.append(token)
            if body["n_probs"] and token not in self.parts:
                here = self.shown(row, played if self.biased else np.exp(row), body)
                content.append({"id": token, **here})
        ended = "eos" if STOP in drawn else "limit"
        return {"index": index, "tokens": drawn, "stop_type": ended, "completion_probabilities": content}

    def shown(self, row: np.ndarray, played: np.ndarray, body: dict[str, Any]) -> dict[str, Any]:
        """The likeliest tokens, as the server shows them."""
        sampled = self.samples and body["post_sampling_probs"]
        values = played if sampled else row
        best = np.argsort(-values, kind="stable")[: body["n_probs"]].tolist()
        best = [token for token in best if not sampled or values[token] > 0.0]
        what = "prob" if sampled else "logprob"
        spelled = {token: [*_TOKENIZER.vocabulary.pieces[token]] for token in best}
        for special in _TOKENIZER.vocabulary.specials.values():
            spelled[special] = []
        entries = [{"id": token, "bytes": spelled[token], what: float(np.float32(values[token]))} for token in best]
        return {f"top_{what}s": entries}


@asynccontextmanager
async def serving(stub: LlamaStub, port: int = 0) -> AsyncIterator[LlamaStub]:
    """Serve the stub on this machine."""
    app = web.Application()
    app.router.add_get("/v1/models", stub.models)
    app.router.add_get("/props", stub.said)
    app.router.add_post("/tokenize", stub.tokenize)
    app.router.add_post("/detokenize", stub.detokenize)
    app.router.add_post("/completion", stub.completion)
    async with listening(app, port) as url:
        stub.url = url
        yield stub


def connected(*stubs: LlamaStub, **settings: Any) -> AbstractAsyncContextManager[OpenAI]:
    """A client of some stubs, all of which are closed afterwards."""
    return client(OpenAI.connect, "openai", serving, stubs, settings)
