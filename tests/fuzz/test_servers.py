"""Servers that answer with anything: statuses, headers, bodies cut short, documents with values that make no sense."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from benchmarks.support.model_folder import write_folder
from tests.fuzz import nasty
from tests.fuzz.runner import COUNT, Ended, Runner, fuzz
from tests.support.sglang_stub import Stub, listening


class _Hostile:
    """A stub whose answers are changed; `chance` decides how, anew for each input."""

    def __init__(self, folder: Path) -> None:
        self.stub = Stub(folder)
        self.chance = random.Random(0)
        self.where = "generate"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        handler = {"/model_info": self.stub.model_info, "/server_info": self.stub.server_info}.get(
            request.path, self.stub.generate
        )
        answer = await handler(request)
        assert isinstance(answer, web.Response) and isinstance(answer.body, bytes)
        if not request.path.endswith(self.where):
            return answer
        chance, data = self.chance, answer.body
        how = chance.random()
        if how < 0.7:
            changed = json.dumps(nasty.mutated_document(chance, json.loads(data))).encode("utf-8", "replace")
        elif how < 0.85:
            changed = nasty.mutated_bytes(chance, data)
        else:
            status = chance.choice((204, 301, 400, 401, 404, 429, 500, 503, 302))
            headers = chance.choice(
                ({}, {"Retry-After": nasty.number(chance)[:20].strip() or "x"}, {"Location": "http://127.0.0.1:9/"})
            )
            return web.Response(status=status, text=nasty.hostile(chance), headers=headers)
        return web.Response(body=changed, content_type=chance.choice(("application/json", "text/html")))


@contextmanager
def _serving(hostile: _Hostile) -> Iterator[str]:
    """Serve it from a thread; gives its address."""
    loop = asyncio.new_event_loop()
    ready: list[str] = []
    begun, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", hostile.answer)
        async with listening(app) as url:
            ready.append(url)
            begun.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    begun.wait(30)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(30)
        loop.close()


def test_servers(forge: Runner, tmp_path: Path) -> None:
    hostile = _Hostile(write_folder(tmp_path / "model"))
    with _serving(hostile) as url:

        def one(chance: random.Random) -> tuple[str, Ended]:
            forge.clean()
            hostile.chance = chance
            hostile.where = chance.choice(("model_info", "server_info", "generate", "generate"))
            command = (
                f"tournament --subject llm:sglang:{url} --style base --games 2 --rounds 2 --patience 0.3 --display none"
            )
            return f"{hostile.where} of {command}", forge.run(command.split())

        fuzz("servers", one, COUNT)
