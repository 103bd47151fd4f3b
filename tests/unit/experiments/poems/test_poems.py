"""Poems being written: how many are drawn, what is kept, and what is said of a model that doesn't manage."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from arena.errors import UsageError
from arena.experiments.cost import Cost
from arena.experiments.experiment import carry_out
from arena.experiments.past import Shown
from arena.experiments.poems.cells import MOST_DRAWS
from arena.experiments.poems.cost import POEM_TOKENS
from arena.experiments.poems.generated import authors_of, read_written
from arena.experiments.poems.originality import words
from arena.experiments.poems.poems import plan_poems
from arena.experiments.poems.spec import PoemsSpec
from arena.experiments.registry import costs_of
from arena.experiments.suites.running import run_suite
from arena.experiments.suites.suite import find_suite
from arena.store import Store
from arena.store.rows import RunRow
from tests.support.poems import write_poems, write_real
from tests.support.table_model import TableModel, TableModels
from tests.unit.experiments.numbers.fakes import Counter

REQUEST = "words\n\n"  # the end of the wording below


def verses(text: str) -> Mapping[str, float]:
    """Lines of one word, and after three or four of them the end."""
    said = text.rpartition(REQUEST)[2]
    if said.endswith((" rock", " paper")):
        lines = said.count("\n") + 1
        return {"<end>": 1.0} if lines == 4 else {"\n": 3.0, "<end>": 1.0} if lines == 3 else {"\n": 1.0}
    return {" rock": 1.0, " paper": 3.0}


def prose(text: str) -> Mapping[str, float]:
    return {"<end>": 1.0} if text.endswith(" rock") else {" rock": 1.0}


@pytest.fixture
def wording(tmp_path: Path) -> str:
    path = tmp_path / "wording.toml"
    path.write_text(
        f'name = "plain"\nclosing = []\ninfix = ""\nprompt = """About {{{{ topic }}}}, in four {REQUEST}"""\n'
    )
    return str(path)


def write(store: Store, spec: PoemsSpec, model: TableModel) -> tuple[RunRow, TableModels, list[str]]:
    told: list[str] = []

    async def work() -> tuple[RunRow, TableModels]:
        models = TableModels(model)
        models._tell = told.append
        return await carry_out(await plan_poems(spec, models), store, models, Counter()), models

    return *asyncio.run(work()), told


def spec(wording: str, **more: object) -> PoemsSpec:
    said = {"subjects": ("llm:table",), "topics": ("tea", "rain"), "n": 10, "wording": wording, **more}
    return PoemsSpec(**said)  # type: ignore[arg-type]


def test_every_topic_gets_its_poems_the_last_answer_being_one(tmp_path: Path, wording: str) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        run, _, told = write(store, spec(wording), TableModel(verses))
        found = read_written(store, run)
        assert run.finished and not told
        for each in found:
            assert len(each.poems) == 10 < each.drawn and max(each.poems) == each.drawn - 1
            assert each.rejected_share == 1 - 10 / each.drawn
            assert all(len(lines) == 4 for lines in each.poems.values())
        assert [each.topic for each in found] == ["tea", "rain"]
        assert found[0].poems != found[1].poems, "each topic has draws of its own"
        (prompt,) = store.prompts(store.cells(run)[0])
        assert prompt.prompt.text == f"About tea, in four {REQUEST}"


def test_a_finished_run_asks_nothing_and_more_go_on(tmp_path: Path, wording: str) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        first, _, _ = write(store, spec(wording), TableModel(verses))
        before = [each.poems for each in read_written(store, first)]
        model = TableModel(verses)
        again, _, _ = write(store, spec(wording), model)
        assert again.name == first.name and not model.asked
        more, _, _ = write(store, spec(wording, n=15), TableModel(verses))
        after = [each.poems for each in read_written(store, more)]
        assert more.name == first.name and [len(poems) for poems in after] == [15, 15]
        assert all(old.items() <= new.items() for old, new in zip(before, after, strict=True))


def test_a_model_that_never_manages_is_given_up_and_named(tmp_path: Path, wording: str) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        model = TableModel(prose)
        run, _, told = write(store, spec(wording, topics=("tea",)), model)
        (found,) = read_written(store, run)
        assert (found.drawn, len(found.poems), found.rejected_share) == (MOST_DRAWS * 10, 0, 1)
        assert len(told) == 1 and "llm:table managed 0 of 10 poems of four lines on tea in 500 answers" in told[0]


def test_surprisal_is_that_of_the_poem_for_the_model_itself(tmp_path: Path, wording: str) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        run, _, _ = write(store, spec(wording), TableModel(verses))
        for each in read_written(store, run):
            assert set(each.bits) == set(each.poems)
            for draw, lines in each.poems.items():
                text = words(lines)
                # a rock has probability 1/4, a paper 3/4, and the line break after the third line 3/4
                bits = -sum(math.log2(0.25 if word == "rock" else 0.75) for word in text) - math.log2(0.75)
                assert each.bits[draw] == pytest.approx(bits / 4, rel=1e-6)


def test_authors_of_one_model_are_told_apart(tmp_path: Path, wording: str) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        run, _, _ = write(store, spec(wording, n=3, temperatures=(1.0, 1.5)), TableModel(verses))
        names = [name for name, _ in authors_of(read_written(store, run))]
        assert names == ["table, temperature 1", "table, temperature 1.5"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"subjects": ("uniform",)}, "can't write poems"),
        ({"topics": ()}, "no topic"),
        ({"topics": ("two\nlines",)}, "can't be a topic"),
        ({"n": 10_001}, "at most 10,000"),
    ],
)
def test_what_can_t_be_planned_is_refused(wording: str, more: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        asyncio.run(plan_poems(spec(wording, **more), TableModels()))


def test_poems_are_a_part_of_a_suite(tmp_path: Path, wording: str) -> None:
    suite = tmp_path / "poets.toml"
    suite.write_text(
        'title = "Poets"\nsubjects = ["llm:table"]\nseed = 5\n'
        f'[[poems]]\ntopics = ["tea"]\nn = 3\nwording = "{wording}"\ntemperatures = [1.0, 1.5]\n'
    )
    models = TableModels(TableModel(verses))
    with Store.open(tmp_path / "a.db", create=True) as store:
        done = asyncio.run(run_suite(find_suite(str(suite)), store, models, Counter(), lambda number, count: None))
        assert not done.failed
        assert [len(each.poems) for each in read_written(store, done.runs[0])] == [3, 3]
        assert done.runs[0].spec.seed == 5


def test_authors_are_called_by_no_more_than_tells_them_apart(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        real = read_written(store, write_real(store, "coffee"))
        assert [name for name, _ in authors_of(real)] == [
            "gemma-3-270m, temperature 1",
            "gemma-3-270m, temperature 0.7",
            "smollm2-135m-instruct",
        ]
        runs = [write_poems(store, ("llm:ann",), ("tea",), n=2, seed=seed) for seed in (0, 1)]
        both = [each for run in runs for each in read_written(store, run)]
        assert [name for name, _ in authors_of(both)] == ["ann, seed 0", "ann, seed 1"]


def test_what_poems_cost_is_learned_from_poems_that_were_written(tmp_path: Path, wording: str) -> None:
    def costs(store: Store, n: int) -> list[Cost]:
        plan = asyncio.run(plan_poems(spec(wording, n=n), TableModels(TableModel(verses))))
        found = costs_of(plan, Shown(store))
        assert all(cost is not None and cost.tokens.likely <= cost.tokens.most for cost in found)
        return [cost for cost in found if cost is not None]

    with Store.open(tmp_path / "a.db", create=True) as store:
        before = costs(store, 10)
        assert [(cost.left, cost.from_runs) for cost in before] == [(1.0, False)] * 2
        run, _, _ = write(store, spec(wording), TableModel(verses))
        for cost, each in zip(costs(store, 20), store.cells(run), strict=True):
            answers = store.draws(each)
            beyond_first = sum(len(answer.sample.tokens) - 1 for answer in answers.values())
            assert (cost.left, cost.from_runs) == (0.5, True)
            read = len(next(iter(store.prompts(each))).prompt.tokens)
            assert cost.tokens.likely == pytest.approx(2 * beyond_first + read + 20 * (read + POEM_TOKENS))
