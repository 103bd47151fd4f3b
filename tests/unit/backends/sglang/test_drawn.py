"""Answers follow the table that a server computes, whoever draws their tokens: the client from what it knows, a server
from what lies beyond, or a server alone."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from arena.backends.base import Draw, Request, Sampling, StopRule
from arena.backends.distribution import Logits
from arena.randomness import stream, uniforms
from benchmarks.support.model_folder import END
from tests.support.sglang_client import connected, request, run
from tests.support.sglang_stub import SIZE, TOKENIZER, Stub

LETTERS = [TOKENIZER.token_to_id(letter) for letter in "abcd"]
STOP_TOKEN = TOKENIZER.token_to_id(END)
SPOKEN = (*LETTERS, STOP_TOKEN)
RULE = StopRule("(?!)", "b", max_tokens=8)


@cache
def table(after: tuple[int, ...], temperature: float = 1.0) -> list[float]:
    """Log-probabilities after the same tokens, whatever the first two are: nearly all on five tokens."""
    chance = random.Random(repr(after[2:]))
    row = [-60.0] * SIZE
    for token in SPOKEN:
        row[token] = chance.gauss(0, 1.5) / temperature
    total = math.log(sum(map(math.exp, row)))
    return [value - total for value in row]


def row(tokens: Sequence[int], temperature: float = 1.0) -> list[float]:
    return table(tuple(tokens), temperature)


def answers(prompt: tuple[int, ...], so_far: tuple[int, ...] = (), weight: float = 1.0) -> dict[tuple[int, ...], float]:
    """Every answer and its probability."""
    if so_far and (so_far[-1] in (STOP_TOKEN, LETTERS[1]) or len(so_far) == RULE.max_tokens):
        return {so_far: weight}
    logprobs, found = row(prompt + so_far), {}
    for token in SPOKEN:
        found |= answers(prompt, (*so_far, token), weight * math.exp(logprobs[token]))
    return found


def drawing(folder: Path) -> Stub:
    stub = Stub(folder)
    stub.row, stub.chance = row, random.Random(0)
    return stub


@pytest.mark.parametrize("heeds", [True, False], ids=["heeds", "forgets"])
@pytest.mark.parametrize(("likeliest", "prompts", "draws"), [(3, 40, 80), (200, 400, 2)], ids=["shared", "alone"])
def test_answers_follow_the_table(folder: Path, likeliest: int, prompts: int, draws: int, heeds: bool) -> None:
    async def play() -> None:
        stub = drawing(folder)
        stub.heeds = heeds
        async with connected(stub, likeliest=likeliest) as model:
            asked = [
                # a rule of its own for each prompt, so that it isn't known how long its answers are
                Request(
                    (number // 100, number % 100, 5),
                    tuple(LETTERS[:2]),
                    StopRule("(?!)", f"b|(?!){number}", max_tokens=8),
                    draw=Draw(f"{number} {draw}", 1),
                    top=2,
                )
                for number in range(prompts)
                for draw in range(draws)
            ]
            drawn = Counter(
                one.answers[0].tokens for one in await asyncio.gather(*(model.complete(each) for each in asked))
            )
        expected = answers((0, 0, 5))
        assert sum(expected.values()) == pytest.approx(1.0)
        assert drawn.keys() <= expected.keys()
        often = {found: len(asked) * weight for found, weight in expected.items() if len(asked) * weight >= 5}
        observed = [drawn[found] for found in often]
        others = len(asked) - sum(often.values())
        chi = stats.chisquare([*observed, len(asked) - sum(observed)], [*often.values(), others])
        assert len(often) > 15 and chi.pvalue > 1e-4
        ways: Counter[str] = Counter()
        told: list[tuple[int, ...]] = []
        for post in stub.posts:
            params = post["sampling_params"]
            way = "told" if "return_logprob" in post else "beyond" if "logit_bias" in params else "alone"
            way = "whole" if post.get("top_logprobs_num") == SIZE else way
            ways[way] += len(post["input_ids"])
            if way == "told":
                assert params["max_new_tokens"] == 1
                told += map(tuple, post["input_ids"])
        assert len(told) == len(set(told)), "no distribution is asked for twice"
        assert (ways["beyond"] > 0) == (likeliest < len(SPOKEN)) and (ways["alone"] > 0) == (prompts == 400)
        assert (ways["whole"] > 0) == (ways["beyond"] > 0 and not heeds)

    run(play())


def test_first_tokens_are_the_named_draws_of_a_whole_distribution(folder: Path) -> None:
    async def play() -> None:
        async with connected(drawing(folder), likeliest=SIZE) as model:
            asked = [request(1, number % 9, draw=f"{number}") for number in range(200)]
            for wanted, one in zip(asked, await asyncio.gather(*map(model.complete, asked)), strict=True):
                assert wanted.draw is not None
                uniform = float(uniforms(stream(wanted.draw.name, 0), 1)[0])
                logits = Logits(np.array(row(wanted.tokens), dtype=np.float32))
                assert one.answers[0].tokens[0] == logits.under(Sampling()).draw(uniform)

    run(play())


def test_settings_that_are_not_told_are_drawn_by_the_server(folder: Path) -> None:
    async def play() -> None:
        stub = drawing(folder)
        async with connected(stub, batch=7) as model:
            hot = Sampling(1.5, 0.9)
            asked = [Request((1, 2), (), RULE, hot, Draw(str(number), 1), top=0) for number in range(50)]
            found = await asyncio.gather(*map(model.complete, asked))
        assert all(one.answers[0].ended in ("mark", "eos", "length") and not one.logprobs for one in found)
        assert not any("return_logprob" in post or "logit_bias" in post["sampling_params"] for post in stub.posts)
        assert max(len(post["input_ids"]) for post in stub.posts) == 7

    run(play())
