"""Exact mode on the three backends: the same weights give the same probabilities of whole answers."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from msgspec.structs import replace

from arena.backends.base import Sampling
from arena.experiments.numbers.cells import plan_cells
from arena.experiments.numbers.exact import Exact, explore
from arena.experiments.numbers.players import ModelPlayer
from arena.experiments.numbers.spec import NumbersSpec
from tests.integration.backends import Subject, make_subject
from tests.support.commands import SMOLLM2

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.sglang]

COUNT = 60
NODES = 64  # distributions: a server on a CPU takes a while for each
ASKED = NumbersSpec(subjects=(f"llm:{SMOLLM2}",), task="integers")


def found_by(subject: Subject) -> tuple[Exact, list[int]]:
    """Exact mode's probabilities of integers, and some sampled answers."""

    async def run() -> tuple[Exact, list[int]]:
        # asked as the catalog's model is, on whatever backend
        (cell,) = await plan_cells(ASKED, subject._models)
        question = await cell.question(subject.model)
        (exact,) = await explore(subject.model, question, cell.task, [Sampling()])
        player = ModelPlayer(cell, subject.model, question)
        answers = await asyncio.gather(*(player.answer(f"{number}") for number in range(COUNT)))
        # a server doesn't tell log-probabilities under such settings, but it draws answers
        hot = (await plan_cells(replace(ASKED, temperatures=(1.5,), top_p=(0.8,)), subject._models))[0]
        player = ModelPlayer(hot, subject.model, question)
        others = await asyncio.gather(*(player.answer(f"hot {number}") for number in range(20)))
        assert len({answer.sample.text for answer in others}) > 5
        return exact, [answer.value[0] for answer in answers if answer.value is not None]

    return subject.run(run())


def test_exact_mode_agrees_between_backends_and_with_what_is_sampled(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.experiments.numbers.exact.MOST_NODES", NODES)
    exact: dict[str, Exact] = {}
    for backend in ("llama.cpp", "transformers", "sglang"):
        subject = make_subject(backend, request)
        try:
            exact[backend], drawn = found_by(subject)
        finally:
            subject.close()
        here = exact[backend]
        counts = np.bincount(drawn, minlength=11)
        slack = here.unexplored + 4 * 0.5 / np.sqrt(COUNT)
        assert np.abs(counts / COUNT - np.array(here.probabilities)).max() < slack, backend
    same, server, quantised = (np.array(exact[name].probabilities) for name in ("transformers", "sglang", "llama.cpp"))
    assert np.abs(same - server).max() < 1e-3
    # 8-bit activations amplify the order of sums: up to 0.16 was seen for one prompt (docs/definitions.md)
    assert np.abs(same - quantised).max() < 0.1
