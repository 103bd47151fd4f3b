"""Generations: how many are drawn, what is scored, and what two models' texts have in common."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from arena.errors import UsageError
from arena.experiments.experiment import carry_out
from arena.experiments.prediction.anchors import plan_anchors
from arena.experiments.prediction.generated import Generations, read_generations
from arena.experiments.prediction.prompts import GROUPS, NAMED, choose, group_of, shipped
from arena.experiments.prediction.spec import AnchorsSpec
from arena.experiments.suites.suite import shipped as suites
from arena.store import Store
from tests.support.table_model import TableModel, TableModels
from tests.unit.experiments.numbers.fakes import Counter

PROMPTS = ("Go on.", "And then?")


def rocks(text: str) -> Mapping[str, float]:
    """A rock in a quarter of all places, a paper in the others; about one text in ten ends at each word."""
    return {" rock": 1.0, " paper": 3.0, "<end>": 0.4}


def generate(path: Path, spec: AnchorsSpec, model: TableModel) -> tuple[list[Generations], bool]:
    async def work(store: Store) -> tuple[list[Generations], bool]:
        models = TableModels(model)
        run = await carry_out(await plan_anchors(spec, models), store, models, Counter())
        return read_generations(store, run), run.finished

    with Store.open(path, create=True) as store:
        return asyncio.run(work(store))


def spec(**more: object) -> AnchorsSpec:
    said = {"subjects": ("llm:one", "llm:two"), "prompts": PROMPTS, "n": 12, "max_tokens": 30, "scored": 4, **more}
    return AnchorsSpec(**said)  # type: ignore[arg-type]


def test_every_prompt_gets_its_generations_and_each_model_scores_the_first(tmp_path: Path) -> None:
    found, finished = generate(tmp_path / "a.db", spec(top_p=1.0), TableModel(rocks))
    assert finished and [(each.cell.spec.subject, each.prompt) for each in found] == [
        (subject, prompt) for subject in ("llm:one", "llm:two") for prompt in PROMPTS
    ]
    for each in found:
        assert len(each.samples) == 12 and {sample.ended for sample in each.samples} <= {"eos", "length"}
        assert set(each.surprisals) == {"llm:one", "llm:two"}
        for bits in each.surprisals.values():
            assert len(bits) == 4
            for text, of_words in zip(each.texts, bits, strict=False):
                expected = [-math.log2((1 if word == "rock" else 3) / 4.4) for word in text]
                assert list(of_words) == pytest.approx(expected, abs=2e-3)
    assert found[0].samples != found[2].samples, "each model has draws of its own"


def test_a_finished_run_asks_nothing_and_more_go_on(tmp_path: Path) -> None:
    before, _ = generate(tmp_path / "a.db", spec(), TableModel(rocks))
    model = TableModel(rocks)
    generate(tmp_path / "a.db", spec(), model)
    assert not model.asked
    after, finished = generate(tmp_path / "a.db", spec(n=20), TableModel(rocks))
    assert finished and all(len(each.samples) == 20 for each in after)
    assert all(old.samples == new.samples[:12] for old, new in zip(before, after, strict=True))


def test_a_model_that_says_nothing(tmp_path: Path) -> None:
    found, finished = generate(tmp_path / "a.db", spec(), TableModel(lambda text: {"<end>": 1.0}))
    assert finished and all(text == () for each in found for text in each.texts)
    assert all(bits == [[]] * 4 for each in found for bits in each.surprisals.values())


def test_prompts_take_turns_and_the_paper_s_own_is_always_there() -> None:
    assert {group: len(prompts) for group, prompts in shipped().items()} == dict.fromkeys(GROUPS, 16)
    assert len({prompt for prompts in shipped().values() for prompt in prompts}) == 80
    assert choose(GROUPS, 1) == (NAMED,) and len(choose(GROUPS, 80)) == 80
    some = choose(GROUPS, 16)
    assert NAMED in some and sorted(sum(group_of(prompt) == group for prompt in some) for group in GROUPS) == [
        3, 3, 3, 3, 4,
    ]  # fmt: skip
    assert set(choose(("story",), 5)) == set(shipped()["story"][:5])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"subjects": ("uniform",)}, "can't write texts"),
        ({"prompts": ("two\nlines",)}, "can't be a prompt"),
        ({"prompts": (), "groups": ("stories",)}, "did you mean 'story'"),
        ({"prompts": (), "groups": ()}, "no group of prompts"),
        ({"n": 10_001}, "at most 10,000"),
    ],
)
def test_what_can_t_be_planned_is_refused(more: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        asyncio.run(plan_anchors(spec(**more), TableModels()))


def test_the_suites_have_16_and_80_prompts() -> None:
    for name, many in (("laptop-prediction", 16), ("prediction-80", 80)):
        reading, part = suites()[name].parts
        assert reading.experiment.name == "perplexity"
        plan = asyncio.run(plan_anchors(part.spec, TableModels()))  # type: ignore[arg-type]
        assert len({cell.prompt for cell in plan.cells}) == many and plan.size == 100
