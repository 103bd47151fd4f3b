"""A client of llama.cpp's server: the numbers that it gives are those of the server's distribution."""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from arena.backends.base import Capability, Draw, Request, Sampling, StopRule
from arena.errors import CapabilityError, InputError, ModelError
from tests.support.llamacpp_stub import LlamaStub, connected
from tests.support.sglang_client import failure, run
from tests.support.sglang_stub import SIZE, TOKENIZER, log_row, status

ONE = StopRule("(?!)", "(?!)", max_tokens=1)
PROMPT = (5, 6, 7)


def ascending(tokens: tuple[int, ...] = PROMPT) -> list[int]:
    """All tokens, the least likely first."""
    row = log_row(tokens)
    return sorted(range(SIZE), key=row.__getitem__)


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.5])
def test_a_named_token_has_its_probability_however_unlikely_it_is(temperature: float) -> None:
    order = ascending()
    wanted = (order[0], order[SIZE // 2], order[-1], order[3], order[-2])

    async def go() -> None:
        async with connected(LlamaStub()) as model:
            assert Capability.NAMED in model.capabilities and Capability.SCORE not in model.capabilities
            found = await model.complete(Request(PROMPT, wanted, ONE, Sampling(temperature), top=3))
        row = np.array(log_row(PROMPT)) / temperature
        row -= math.log(np.exp(row).sum())
        assert found.logprobs == pytest.approx(row[list(wanted)], abs=1e-5)
        assert [likely.token for likely in found.top] == order[:-4:-1]
        assert found.hidden is None and found.entropy is None

    run(go())


def test_two_requests_for_many_prompts_and_no_third_for_those_who_come_later() -> None:
    async def go() -> None:
        stub = LlamaStub()
        async with connected(stub) as model:
            prompts = [(number, 6, 7) for number in range(4)]
            for tokens in prompts:
                await model.complete(Request(tokens, (1, 2), ONE))
                await model.complete(Request(tokens, (1, 2), ONE))
            assert [len(body["prompt"]) for body in stub.posts] == [1] * 8
            assert [bool(body["logit_bias"]) for body in stub.posts] == [False, True] * 4

    run(go())


def test_answers_are_drawn_from_the_whole_distribution_also_where_it_is_not_known() -> None:
    """Ten tokens are known; the rest is drawn by the server, with those excluded."""
    count = 3000

    async def go() -> None:
        stub = LlamaStub()
        stub.chance = random.Random(0)
        async with connected(stub, likeliest=10) as model:
            counts: Counter[int] = Counter()
            for number in range(count):
                asked = Request(PROMPT, (1,), ONE, draw=Draw(f"draw {number}", 1), top=0)
                counts[(await model.complete(asked)).answers[0].tokens[0]] += 1
        expected = count * np.exp(np.array(log_row(PROMPT)))
        often = np.flatnonzero(expected >= 5)
        observed = [
            *(counts[token] for token in often.tolist()),
            count - sum(counts[token] for token in often.tolist()),
        ]
        wanted = np.array([*expected[often], count - expected[often].sum()])
        assert len(often) > 20
        assert stats.chisquare(observed, wanted * count / wanted.sum()).pvalue > 1e-4

    run(go())


def test_a_drawn_part_of_a_character_hides_nothing() -> None:
    """The server then tells nothing of the distribution: it is asked in another way."""
    order = ascending()

    async def go() -> None:
        stub = LlamaStub()
        stub.parts = {order[-1], order[-2]}  # what it draws, without a bias and with one
        async with connected(stub) as model:
            wanted = (order[0], order[-2], order[SIZE // 2])
            found = await model.complete(Request(PROMPT, wanted, ONE, Sampling(1.5), top=3))
        row = np.array(log_row(PROMPT)) / 1.5
        row -= math.log(np.exp(row).sum())
        assert found.logprobs == pytest.approx(row[list(wanted)], abs=1e-5)
        assert [likely.token for likely in found.top] == order[:-4:-1]

    run(go())


@pytest.mark.parametrize("stub", [LlamaStub(samples=False), LlamaStub(biased=False)])
def test_a_server_that_tells_the_likeliest_alone_gives_bounds(stub: LlamaStub) -> None:
    order = ascending()

    async def go() -> None:
        async with connected(stub) as model:
            assert Capability.NAMED not in model.capabilities
            found = await model.complete(Request(PROMPT, (order[0], order[-1]), ONE, top=5, bounded=True))
            with pytest.raises(CapabilityError, match="likeliest tokens only"):
                await model.complete(Request(PROMPT, (1,), ONE))
            with pytest.raises(InputError, match="temperature 2"):
                await model.complete(Request(PROMPT, (1,), ONE, Sampling(2.0), bounded=True))
        row = log_row(PROMPT)
        assert found.logprobs == (-math.inf, pytest.approx(row[order[-1]], abs=1e-5))
        assert found.hidden is not None and len(found.top) == 5
        rest = sum(math.exp(row[token]) for token in order[: SIZE - 200])
        assert rest < found.hidden.mass < rest + 2e-3
        assert found.hidden.most == pytest.approx(math.exp(row[order[SIZE - 200]]))

    run(go())


def test_the_vocabulary_is_the_servers_own() -> None:
    async def go() -> None:
        async with connected(LlamaStub()) as model:
            tokens = await model.tokenize("a rock <|im_end|>", True)
            assert list(tokens) == TOKENIZER.encode("a rock <|im_end|>").ids
            assert model.vocabulary.text(tokens) == "a rock <|im_end|>"
            assert model.vocabulary.ends == {TOKENIZER.token_to_id("<|im_end|>")} and model.vocabulary.bos is None
            plain = await model.tokenize("<|im_end|>", False)
            assert model.vocabulary.text(plain) == "<|im_end|>" and not model.vocabulary.ends & set(plain)

    run(go())


def test_a_request_is_sent_again_after_a_failure_and_a_false_answer_is_not_believed() -> None:
    async def go() -> None:
        stub = LlamaStub()
        async with connected(stub, patience=5.0) as model:
            stub.faults.append(status(503))
            found = await model.complete(Request(PROMPT, (3,), ONE))
            assert found.logprobs == pytest.approx([log_row(PROMPT)[3]], abs=1e-5)
            stub.biased = False
            least, *_, second, _ = ascending((1, 2))
            said = await failure(model.complete(Request((1, 2), (second, least), ONE)), ModelError)
            assert "can't be right" in said and "two log-probabilities" in said

    run(go())


def test_another_model_in_its_place_is_refused() -> None:
    async def go() -> None:
        stub = LlamaStub()
        async with connected(stub, patience=5.0) as model:
            stub.listed[0]["meta"]["n_params"] = 8
            stub.faults.append(status(503))
            said = await failure(model.complete(Request(PROMPT, (3,), ONE)), ModelError)
            assert "parameters=8" in said and "parameters=7" in said

    run(go())
