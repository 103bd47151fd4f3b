"""A client of vLLM: the numbers that it gives are those of the server's distribution, and wrong servers are refused."""

from __future__ import annotations

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from scipy import stats

from arena.backends.base import Capability, Draw, Request, Sampling, StopRule
from arena.backends.server import ServerSettings
from arena.backends.vllm.client import VLLM
from arena.backends.weights.catalog import ModelEntry
from arena.errors import CapabilityError, InputError, ModelError
from tests.support.llamacpp_stub import LlamaStub
from tests.support.llamacpp_stub import serving as serving_llama
from tests.support.sglang_client import failure, run
from tests.support.sglang_stub import SIZE, listening, log_row, status
from tests.support.vllm_stub import VLLMStub, connected, serving

ONE = StopRule("(?!)", "(?!)", max_tokens=1)
PROMPT = (5, 6, 7)


def ascending(tokens: tuple[int, ...] = PROMPT) -> list[int]:
    """All tokens, the least likely first."""
    row = log_row(tokens)
    return sorted(range(SIZE), key=row.__getitem__)


@pytest.mark.parametrize("most", [5, 20, -1])
def test_a_named_token_has_its_probability_however_unlikely_it_is(folder: Path, most: int) -> None:
    order = ascending()
    few, many = (order[0], order[SIZE // 2], order[-1]), tuple(order[::-1])  # more than it takes by name at once

    async def go() -> None:
        async with connected(VLLMStub(folder, most)) as model:
            assert model.capabilities == {Capability.NAMED, Capability.SCORE}
            for wanted in (few, many):
                found = await model.complete(Request(PROMPT, wanted, ONE, top=3))
                assert found.logprobs == pytest.approx(np.array(log_row(PROMPT))[list(wanted)])
                assert [likely.token for likely in found.top] == order[:-4:-1]
                assert found.hidden is None and found.entropy is None

    run(go())


def test_another_temperature_needs_a_server_that_was_started_for_it(folder: Path) -> None:
    hot = Request(PROMPT, (1, 2), ONE, Sampling(2.0))

    async def go() -> None:
        async with connected(VLLMStub(folder, raw=False)) as model:
            row = np.array(log_row(PROMPT)) / 2.0
            row -= math.log(np.exp(row).sum())
            assert (await model.complete(hot)).logprobs == pytest.approx(row[[1, 2]])
        async with connected(VLLMStub(folder)) as model:
            assert "--logprobs-mode processed_logprobs" in await failure(model.complete(hot), InputError)

    run(go())


def test_answers_are_drawn_from_the_whole_distribution_also_where_it_is_not_known(folder: Path) -> None:
    """Five tokens are known; the rest is drawn by the server, with those excluded."""
    count = 3000

    async def go() -> None:
        stub = VLLMStub(folder, most=5)
        stub.chance = random.Random(0)
        async with connected(stub) as model:
            counts: Counter[int] = Counter()
            for number in range(count):
                asked = Request(PROMPT, (1,), ONE, draw=Draw(f"draw {number}", 1), top=0)
                counts[(await model.complete(asked)).answers[0].tokens[0]] += 1
        expected = count * np.exp(np.array(log_row(PROMPT)))
        often = np.flatnonzero(expected >= 5)
        observed = [counts[token] for token in often.tolist()]
        observed.append(count - sum(observed))
        wanted = np.array([*expected[often], count - expected[often].sum()])
        assert len(often) > 20
        assert stats.chisquare(observed, wanted * count / wanted.sum()).pvalue > 1e-4

    run(go())


def test_scores_are_those_of_a_texts_own_tokens(folder: Path) -> None:
    text = (3, 1, 4, 1, 5)

    async def go() -> None:
        async with connected(VLLMStub(folder)) as model:
            expected = [log_row(text[:at])[text[at]] for at in range(1, len(text))]
            assert (await model.score(text)).logprobs == pytest.approx(expected)

    run(go())


def test_an_older_server_gives_bounds(folder: Path) -> None:
    order = ascending()

    async def go() -> None:
        async with connected(VLLMStub(folder, names=False)) as model:
            assert model.capabilities == {Capability.SCORE}
            found = await model.complete(Request(PROMPT, (order[0], order[-1]), ONE, top=5, bounded=True))
            with pytest.raises(CapabilityError, match="likeliest tokens only"):
                await model.complete(Request(PROMPT, (1,), ONE))
        row = log_row(PROMPT)
        assert found.logprobs == (-math.inf, pytest.approx(row[order[-1]]))
        assert found.hidden is not None and len(found.top) == 5
        rest = sum(math.exp(row[token]) for token in order[: SIZE - 20])
        assert rest < found.hidden.mass < rest + 2e-3
        assert found.hidden.most == pytest.approx(math.exp(row[order[SIZE - 20]]))

    run(go())


def test_it_is_asked_again_after_a_failure_and_watched_for_another_model(folder: Path) -> None:
    async def go() -> None:
        stub = VLLMStub(folder)
        async with connected(stub, patience=5.0) as model:
            stub.faults.append(status(503))
            found = await model.complete(Request(PROMPT, (3,), ONE))
            assert found.logprobs == pytest.approx([log_row(PROMPT)[3]])
            stub.listed[0]["root"] = "elsewhere"
            stub.faults.append(status(503))
            assert "elsewhere" in await failure(model.complete(Request((9, 9), (3,), ONE)), ModelError)

    run(go())


def test_wrong_servers(folder: Path) -> None:
    async def refusal(url: str, kind: type[Exception]) -> str:
        return await failure(VLLM.connect("m", ModelEntry(f"vllm:{url}"), ServerSettings(patience=2.0)), kind)

    async def go() -> None:
        assert "`vllm serve`" in await refusal("http://127.0.0.1:1", ModelError)
        async with listening(web.Application()) as url:
            assert "/v1/models" in await refusal(url, InputError)
        async with serving_llama(LlamaStub()) as other:
            assert "openai:URL" in await refusal(other.url, InputError)
        stub = VLLMStub(folder)
        async with serving(stub):
            assert "no model 'other'" in await refusal(f"{stub.url}#other", InputError)
            stub.listed[0]["root"] = "/nowhere/to/be/found"
            assert "llm:llama-3.1-8b@vllm:http://host:8000" in await refusal(stub.url, ModelError)

    run(go())
