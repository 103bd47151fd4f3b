"""Exact mode beside an enumeration of all answers of a model that is small enough, and beside sampling."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

from arena.backends.base import Capability, Request, Sampling
from arena.backends.stopping import answer, ending
from arena.errors import InputError
from arena.experiments.drawing import Question
from arena.experiments.numbers.cells import NumbersCell, plan_cells
from arena.experiments.numbers.exact import Exact, explore
from arena.experiments.numbers.players import ModelPlayer
from arena.experiments.numbers.spec import NumbersSpec
from arena.experiments.numbers.task import find_task
from tests.support.table_model import VOCABULARY, TableModel, TableModels, Weights
from tests.unit.experiments.numbers.fakes import numbers

INTEGERS = find_task("integers")
GRID = [Sampling(temperature, top_p) for temperature in (0.5, 1.0, 1.5, 2.5) for top_p in (1.0, 0.8, 0.5)]


async def asked(model: TableModel) -> tuple[NumbersCell, Question]:
    models = TableModels(model)
    (cell,) = await plan_cells(NumbersSpec(subjects=("llm:table",), task="integers"), models)
    return cell, await cell.question(model)


def explored(weights: Weights, *settings: Sampling) -> tuple[list[Exact], TableModel]:
    async def run() -> tuple[list[Exact], TableModel]:
        model = TableModel(weights)
        _, question = await asked(model)
        return await explore(model, question, INTEGERS, settings), model

    return asyncio.run(run())


def enumerated(weights: Weights, sampling: Sampling, least: float = 1e-9) -> tuple[np.ndarray, float]:
    """All answers, each followed to its end: the values' probabilities, and that of rejected ones."""
    model = TableModel(weights)
    _, question = asyncio.run(asked(model))
    values, rejected = np.zeros(11), 0.0
    paths: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    while paths:
        path, mass = paths.pop()
        request = Request(question.prompt.tokens + path, (), question.stop, sampling)
        row = model.distribution(request.tokens, request)
        for token in range(len(VOCABULARY.pieces)):
            reached = mass * float(np.exp(row.logprobs([token])[0]))
            if reached <= least:
                continue
            longer = (*path, token)
            ended = ending(question.stop, VOCABULARY, longer)
            if ended is None:
                paths.append((longer, reached))
                continue
            value = INTEGERS.read(answer(VOCABULARY, longer, ended).text)
            if value is None:
                rejected += reached
            else:
                values[value[0]] += reached
    return values, rejected


@pytest.mark.parametrize("sampling", GRID, ids=str)
def test_each_setting_is_that_of_an_enumeration(sampling: Sampling) -> None:
    (found,), _ = explored(numbers, sampling)
    values, rejected = enumerated(numbers, sampling)
    # what is unexplored may be of either kind
    assert found.probabilities == pytest.approx(values.tolist(), abs=found.unexplored + 1e-6)
    assert found.rejected == pytest.approx(rejected, abs=found.unexplored + 1e-6)
    assert found.valid + found.rejected + found.unexplored == pytest.approx(1.0)
    assert sum(found.distribution or ()) == pytest.approx(1.0)


def test_a_grid_asks_for_nothing_more_than_one_setting() -> None:
    (one,), model = explored(numbers, Sampling())
    grid, for_grid = explored(numbers, *GRID)
    assert for_grid.asked == model.asked and one.nodes == len(model.asked)
    alone = [explored(numbers, setting)[0][0] for setting in GRID]
    assert [found.probabilities for found in grid] == [found.probabilities for found in alone]


def test_the_likeliest_paths_come_first_and_the_rest_is_said() -> None:
    def rambling(text: str) -> Mapping[str, float]:
        said = text.rpartition(",")[2]
        if said.endswith("7"):
            return {"\n": 1.0}
        return {"7": 1.0, **dict.fromkeys("abcdefghijklmnopqrst", 0.05)}

    (found,), _ = explored(rambling, Sampling())
    assert found.nodes >= 256 and found.unexplored > 1e-3
    assert found.probabilities[7] > 0.5 and found.valid == pytest.approx(found.probabilities[7])
    assert found.valid + found.rejected + found.unexplored == pytest.approx(1.0)


def test_what_is_mostly_unexplored_is_not_taken_for_a_distribution() -> None:
    assert Exact((0.1,) * 3, 0.0, 0.7, 5).distribution is None
    assert Exact((0.0,) * 3, 1.0, 0.0, 5).distribution is None
    assert Exact((0.2, 0.2, 0.0), 0.3, 0.3, 5).distribution == (0.5, 0.5, 0.0)
    stored = Exact((0.2, 0.2, 0.0), 0.3, 0.3, 5)
    assert Exact.from_json(stored.to_json()) == stored


def test_sampled_answers_follow_the_exact_distribution() -> None:
    async def sampled(count: int) -> list[int]:
        model = TableModel(numbers)
        cell, question = await asked(model)
        player = ModelPlayer(cell, model, question)
        answers = [await player.answer(f"draw {number}") for number in range(count)]
        return [answer.value[0] for answer in answers if answer.value is not None]

    (found,), _ = explored(numbers, Sampling())
    drawn = asyncio.run(sampled(4000))
    assert len(drawn) / 4000 == pytest.approx(found.valid, abs=4 * 0.5 / np.sqrt(4000))
    seen = Counter(drawn)
    expected = {value: p * len(drawn) for value, p in enumerate(found.distribution or ()) if p > 0}
    assert set(seen) <= set(expected)
    tested = stats.chisquare([seen[value] for value in expected], list(expected.values()))
    assert tested.pvalue > 1e-6


def test_a_backend_with_one_temperature_gives_no_other() -> None:
    class OneTemperature(TableModel):
        capabilities = frozenset({Capability.NAMED, Capability.SEEDED})

    async def run() -> None:
        model = OneTemperature(numbers)
        _, question = await asked(model)
        (found,) = await explore(model, question, INTEGERS, [Sampling(1.0, 0.8)])
        assert found.valid > 0.5
        with pytest.raises(InputError, match="temperature 1 only"):
            await explore(model, question, INTEGERS, [Sampling(1.5)])

    asyncio.run(run())
