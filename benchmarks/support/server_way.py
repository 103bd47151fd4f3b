"""Another way to play: llama.cpp's own server, with as many matches at once as it has slots.

Each match asks its prompts one after another, as it must, and each answer comes with the likeliest tokens, from which
the adversary would read. The server keeps what it evaluated (its prompt cache), each slot for itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp

from benchmarks.support.child import serve
from benchmarks.support.llamacpp_server import serving
from benchmarks.support.sglang_server import free_port

_LIKELIEST = 20  # tokens that are told with each token of an answer: the moves are nearly always among them


def begin(task: dict[str, Any]) -> Callable[[Any], Any]:
    """Start a server with the task's number of `slots`, each with room for `room` tokens; a question is a list of
    matches, each a list of prompts, and the answer the seconds that they take."""
    import xllamacpp

    slots = task["slots"]
    parameters = serving(task["path"], free_port(), slots, slots * task["room"], task["threads"], task["cautious"])
    # as the documented way does: with the window alone nothing would be kept from one round to the next
    parameters.swa_full = True
    parameters.verbosity = 1  # warnings
    server = xllamacpp.Server(parameters)
    options = {
        "n_predict": task["tokens"],
        "stop": task["stops"],
        "temperature": 1.0,
        "top_k": 0,
        "top_p": 1.0,
        "min_p": 0.0,
        "n_probs": _LIKELIEST,
        "cache_prompt": True,
    }

    async def play(matches: Sequence[Sequence[list[int]]]) -> float:
        limit = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=limit) as session:

            async def play_one(prompts: Sequence[list[int]]) -> None:
                for prompt in prompts:
                    body = options | {"prompt": prompt}
                    async with session.post(f"{server.listening_address}/completion", json=body) as response:
                        assert response.status == 200, await response.text()
                        await response.read()

            begun = time.perf_counter()
            await asyncio.gather(*map(play_one, matches))
            return time.perf_counter() - begun

    return lambda matches: asyncio.run(play(matches))


if __name__ == "__main__":
    serve(begin)
