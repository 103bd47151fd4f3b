"""What a server is asked next: the lowest block, and in it the deepest match."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.support.model_folder import write_folder
from tests.support.sglang_client import check, connected, request
from tests.support.sglang_stub import Stub


def test_the_lowest_block_goes_first_and_in_it_the_deepest_whatever_is_asked(tmp_path: Path) -> None:
    async def asked() -> list[int]:
        stub = Stub(write_folder(tmp_path / "tiny"))
        async with connected(stub, batch=1, flights=1) as model:
            places = [(2, 9), (0, 1), (1, 5), (0, 3), (1, 7)]
            await asyncio.gather(
                *(
                    model.complete(request(1, number, block=block, depth=depth, draw="x" if number % 2 else ""))
                    for number, (block, depth) in enumerate(places)
                )
            )
        return [post["input_ids"][0][1] for post in stub.posts if "token_ids_logprob" in post]

    assert asyncio.run(asyncio.wait_for(asked(), 30)) == [3, 1, 4, 2, 0]


def test_a_lower_block_does_not_wait_for_what_a_higher_one_asked(tmp_path: Path) -> None:
    """Both ask the same prompt, the higher block first; between them stand the prompts of other blocks."""

    async def asked() -> list[int]:
        stub = Stub(write_folder(tmp_path / "tiny"))
        async with connected(stub, batch=1, flights=1) as model:
            waiting = []
            for token, block in [(9, 0), (5, 7), (6, 3), (8, 3), (5, 0)]:
                waiting.append(asyncio.create_task(model.complete(request(1, token, block=block))))
                await asyncio.sleep(0)
            answers = await asyncio.gather(*waiting)
            check(answers[1], 1, 5)
            check(answers[4], 1, 5)
        return [post["input_ids"][0][1] for post in stub.posts]

    assert asyncio.run(asyncio.wait_for(asked(), 30))[:4] == [9, 5, 6, 8]
