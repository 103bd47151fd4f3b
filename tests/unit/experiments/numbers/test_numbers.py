"""A task's run: what is drawn, kept, gone on with and found out."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from arena.errors import ModelError, UsageError
from arena.experiments.drawing import MOST_DRAWS
from arena.experiments.experiment import carry_out, run_spec
from arena.experiments.numbers.cells import plan_cells
from arena.experiments.numbers.entropy import TEMPERATURES, match
from arena.experiments.numbers.numbers import plan_numbers
from arena.experiments.numbers.players import BotPlayer
from arena.experiments.numbers.spec import Mode, NumbersSpec
from arena.stats.uniformity import chi_square, histogram
from arena.store import Store
from arena.store.rows import RunRow
from tests.support.table_model import TableModel, TableModels
from tests.unit.experiments.numbers.fakes import Counter, numbers


def run(
    path: Path,
    *subjects: str,
    task: str = "integers",
    n: int = 50,
    seed: int = 3,
    mode: Mode = "sample",
    model: TableModel | None = None,
    temperatures: tuple[float, ...] = (1.0,),
) -> tuple[RunRow, Counter]:
    async def play() -> tuple[RunRow, Counter]:
        models, observer = TableModels(model or TableModel(numbers)), Counter()
        spec = NumbersSpec(subjects=subjects, task=task, n=n, seed=seed, mode=mode, temperatures=temperatures)
        plan = await plan_numbers(spec, models)
        with Store.open(path, create=True) as store:
            return await carry_out(plan, store, models, observer), observer

    return asyncio.run(play())


def texts(path: Path, cell: int = 0) -> list[tuple[str, tuple[int, ...] | None]]:
    with Store.open(path) as store:
        return [(answer.sample.text, answer.value) for answer in store.answers(store.cells(store.run(None))[cell])]


def test_exactly_n_valid_answers_the_last_being_valid(tmp_path: Path) -> None:
    done, observer = run(tmp_path / "a.db", "llm:table", "uniform")
    assert done.finished and observer.begun == [("llm:table", 0, 50), ("uniform", 0, 50)]
    for cell in (0, 1):
        answers = texts(tmp_path / "a.db", cell)
        assert sum(value is not None for _, value in answers) == 50 and answers[-1][1] is not None
    assert any(value is None for _, value in texts(tmp_path / "a.db"))


def test_a_finished_run_draws_nothing_and_more_go_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    first, _ = run(path, "llm:table", n=20)
    before = texts(path)
    again, observer = run(path, "llm:table", n=20)
    assert again.name == first.name and observer.numbers == [] and observer.begun == [("llm:table", 20, 20)]
    more, _ = run(path, "llm:table", n=60)
    assert more.name == first.name and texts(path)[: len(before)] == before
    run(tmp_path / "b.db", "llm:table", n=60)
    assert texts(path) == texts(tmp_path / "b.db")


@pytest.mark.parametrize("after", [1, 7, 40])
def test_a_model_that_fails_loses_nothing_and_changes_nothing(tmp_path: Path, after: int) -> None:
    path = tmp_path / "a.db"
    with pytest.raises(ModelError):
        run(path, "llm:table", model=TableModel(numbers, fails_after=after))
    with Store.open(path) as store:
        kept = len(store.draws(store.cells(store.run(None))[0]))
        assert not store.run(None).finished
    run(path, "llm:table")
    run(tmp_path / "b.db", "llm:table")
    assert kept <= after and texts(path) == texts(tmp_path / "b.db")


def test_more_subjects_and_settings_change_no_draw(tmp_path: Path) -> None:
    run(tmp_path / "a.db", "llm:table")
    run(tmp_path / "b.db", "uniform", "llm:table", temperatures=(2.0, 1.0))
    assert texts(tmp_path / "a.db") == texts(tmp_path / "b.db", 2)
    assert texts(tmp_path / "a.db") != texts(tmp_path / "b.db", 1)


def test_a_model_that_answers_nothing_valid_leaves_an_incomplete_cell(tmp_path: Path) -> None:
    def never(text: str) -> Mapping[str, float]:
        return {"x": 1.0, "\n": 1.0}

    done, _ = run(tmp_path / "a.db", "llm:table", n=5, model=TableModel(never))
    assert done.finished and len(texts(tmp_path / "a.db")) == MOST_DRAWS * 5
    _, observer = run(tmp_path / "a.db", "llm:table", n=5, model=TableModel(never))
    assert observer.numbers == []


def test_exact_mode_draws_nothing_and_both_does_both(tmp_path: Path) -> None:
    for mode, drawn in (("exact", 0), ("both", 50)):
        path = tmp_path / f"{mode}.db"
        run(path, "llm:table", mode=mode)  # type: ignore[arg-type]
        with Store.open(path) as store:
            (cell,) = store.cells(store.run(None))
            found = store.findings(cell)
            assert cell.done == (drawn or 1)
            assert sum(found["exact"]["probabilities"]) > 0.5 and found["entropy"]["entropy"] > 1
            (asked,) = store.prompts(cell)
            assert asked.prompt.text.endswith("1,")
    with pytest.raises(UsageError, match="exact mode is for models"):
        run(tmp_path / "c.db", "uniform", mode="exact")
    with pytest.raises(UsageError, match="at least one answer"):
        run(tmp_path / "c.db", "uniform", n=0)


def test_modes_are_different_runs_and_seeds_too(tmp_path: Path) -> None:
    names = {
        run(tmp_path / "a.db", "llm:table", seed=seed, mode=mode)[0].name  # type: ignore[arg-type]
        for seed, mode in itertools.product((0, 1), ("sample", "exact"))
    }
    assert len(names) == 4


def test_bots_follow_their_probabilities(tmp_path: Path) -> None:
    run(tmp_path / "a.db", "fixed:7", "mix:3=0.5,10=0.5", n=400)
    assert {value for _, value in texts(tmp_path / "a.db")} == {(7,)}
    threes = sum(value == (3,) for _, value in texts(tmp_path / "a.db", 1))
    assert threes == pytest.approx(200, abs=4 * 10)
    run(tmp_path / "b.db", "uniform", task="sequences", n=30)
    assert all(value is not None and len(value) == 10 for _, value in texts(tmp_path / "b.db"))


@pytest.mark.parametrize(
    ("subject", "why"), [("greedy", "replies"), ("fixed:11", "11"), ("human:mind-reader", "replies")]
)
def test_who_draws_nothing_is_refused_before_anything_is_kept(tmp_path: Path, subject: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        run(tmp_path / "a.db", subject)
    assert not (tmp_path / "a.db").exists()


def test_a_uniform_bot_s_chi_square_has_mean_10_and_variance_20() -> None:
    async def values(seed: int) -> list[int]:
        (cell,) = await plan_cells(NumbersSpec(subjects=("uniform",), task="integers"), TableModels())
        player = BotPlayer(cell)
        answers = [await player.answer(f"{seed}|{number}") for number in range(200)]
        return [answer.value[0] for answer in answers if answer.value is not None]

    found = np.array([chi_square(histogram(asyncio.run(values(seed)), 11)) for seed in range(500)])
    assert found.mean() == pytest.approx(10, abs=4 * np.sqrt(20 / 500))
    assert found.var() == pytest.approx(20, abs=4 * np.sqrt((3 + 12 / 10 - 1) * 400 / 500))


# --- a person ---


def test_a_person_is_asked_again_after_an_answer_that_is_none(tmp_path: Path) -> None:
    said = iter(["7", "eleven", "11", "3", "10"])

    async def ask() -> str:
        return next(said)

    async def play() -> RunRow:
        models = TableModels()
        plan = await plan_numbers(NumbersSpec(subjects=("human",), task="integers", n=3), models, ask)
        with Store.open(tmp_path / "a.db", create=True) as store:
            return await carry_out(plan, store, models, Counter())

    assert asyncio.run(play()).finished
    assert [value for _, value in texts(tmp_path / "a.db")] == [(7,), None, None, (3,), (10,)]


# --- entropy matching ---


def test_the_lowest_temperature_that_reaches_the_entropy_is_taken() -> None:
    assert match(2.0, [1.0, 1.9, 2.0, 2.5, 3.0]).temperature == 2.0
    assert match(0.5, [1.0, 1.9, 2.0, 2.5, 3.0]).temperature == 1.0
    never = match(9.0, [1.0, 1.9, 2.0, 2.5, 3.0])
    assert never.temperature == 3.0 and not never.reached and never.to_json("llm:b")["reached"] is False


def test_matched_cells_and_what_is_kept_of_them(tmp_path: Path) -> None:
    def narrow(text: str) -> Mapping[str, float]:
        return {"7": 50.0, "3": 1.0} if text.endswith(",") or "{" in text[-1:] else {"\n": 1.0}

    class Two(TableModels):
        async def get(self, name: str) -> TableModel:  # type: ignore[override]
            return TableModel(narrow if name == "aligned" else numbers)

    async def play() -> None:
        models = Two()
        spec = NumbersSpec(
            subjects=("llm:base", "llm:aligned"), match_entropy="llm:base", task="integers", n=20, mode="sample"
        )
        plan = await plan_numbers(spec, models)
        assert [cell.sampling.temperature for cell in plan.cells] == [1.0, max(TEMPERATURES)]
        with Store.open(tmp_path / "a.db", create=True) as store:
            done = await carry_out(plan, store, models, Counter())
            found = store.findings(store.cells(done)[1])["entropy"]
            assert found["base"] == "llm:base" and not found["reached"] and found["entropy"] < found["target"]
        with pytest.raises(UsageError, match="between models"):
            await plan_numbers(replace(spec, match_entropy="uniform"), models)

    asyncio.run(play())


def test_only_n_and_the_machine_are_no_part_of_a_run_s_identity(tmp_path: Path) -> None:
    async def play() -> None:
        models = TableModels()
        spec = NumbersSpec(subjects=("llm:table",), task="integers", n=5, mode="sample")

        async def found(**changed: int) -> RunRow | None:
            return store.find(await run_spec(await plan_numbers(replace(spec, **changed), models), models))

        with Store.open(tmp_path / "a.db", create=True) as store:
            done = await carry_out(await plan_numbers(spec, models), store, models, Counter())
            assert await found(n=9) == done
            assert await found(seed=1) is None

    asyncio.run(play())
