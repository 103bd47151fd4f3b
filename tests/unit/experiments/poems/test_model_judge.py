"""A model judges: both orders are asked, and a bias for the poem that it reads first is measured and averaged out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from arena.errors import UsageError
from arena.experiments.experiment import carry_out
from arena.experiments.poems.contests import Contests
from arena.experiments.poems.judgement import Judgement
from arena.experiments.poems.judging import read_judgements
from arena.experiments.poems.lots import LotsSpec
from arena.experiments.poems.model_judge import ModelJudgeSpec, plan_model_judge
from arena.store import Store
from tests.support.poems import by_letters, draw
from tests.support.table_model import TableModel, TableModels
from tests.unit.experiments.numbers.fakes import Counter

SMALL = LotsSpec(topics=("coffee",), axes=("originality", "preference"), per_author=2, appearances=3)
BIAS = 3.0  # how many times likelier the poem that is read first becomes


def by_rule(text: str) -> Mapping[str, float]:
    """Prefers the poem whose letters add up to more, twice as much as it is biased to the first; a third of the mass
    names neither."""
    first, _, second = text.partition("Poem A\n")[2].partition("Poem B\n")
    better = by_letters(tuple(first.split("\n"))) > by_letters(tuple(second.split("\n\n")[0].split("\n")))
    odds = BIAS * (2.0 if better else 0.5)
    return {"A": 2 * odds, "B": 2.0, "x": odds + 1.0}


def judged(store: Store, contests: Contests, model: TableModel) -> dict[str, dict[int, Judgement]]:
    async def work() -> dict[str, dict[int, Judgement]]:
        models = TableModels(model)
        plan = await plan_model_judge(ModelJudgeSpec(judge="llm:table"), contests, models)
        run = await carry_out(plan, store, models, Counter())
        assert run.finished
        return read_judgements(store, contests, run)

    return asyncio.run(work())


def test_both_orders_are_averaged(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        contests = draw(store, SMALL)
        found = judged(store, contests, TableModel(by_rule))
        for contest in contests.contests:
            assert len(found[contest.name]) == len(contest.showings)
            for number in contest.numbers("pair"):
                pair, judgement = contest.pair(number), found[contest.name][number]
                left_is_better = by_letters(pair.left) > by_letters(pair.right)
                first, second = (6 / 7, 1.5 / 2.5) if left_is_better else (1.5 / 2.5, 6 / 7)
                assert judgement.as_shown == pytest.approx(first) and judgement.turned == pytest.approx(second)
                assert judgement.left == pytest.approx((first + 1 - second) / 2)
                assert (judgement.left > 0.5) == left_is_better and judgement.first > 0.7
                assert judgement.mass == pytest.approx(2 / 3)


def test_a_finished_judge_is_not_asked_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        contests = draw(store, SMALL)
        first = judged(store, contests, TableModel(by_rule))
        model = TableModel(by_rule)
        assert judged(store, contests, model) == first and not model.asked


def test_only_models_judge_this_way(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store, pytest.raises(UsageError, match="can't judge"):
        asyncio.run(plan_model_judge(ModelJudgeSpec(judge="uniform"), draw(store), TableModels()))
