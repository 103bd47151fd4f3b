"""The shipped suites, and the cells of a suite that are picked."""

from __future__ import annotations

import asyncio
import csv
import re
from pathlib import Path

import pytest

from arena.backends.loading import Models
from arena.backends.weights.catalog import find_model
from arena.errors import ArenaError, ModelError, UsageError
from arena.experiments.experiment import Plan
from arena.experiments.suites.placing import placed
from arena.experiments.suites.planning import plan_suite
from arena.experiments.suites.suite import Part, find_suite, shipped

PUBLISHED = Path(__file__).parents[4] / "arena/reports/published"


def cells(suite: str, *only: str) -> list[tuple[int, str]]:
    """The cells that would be filled: the number of the part, and the title. No model is loaded."""

    async def planned() -> list[tuple[int, str]]:
        models = Models()
        with models.unloaded():
            parts = await plan_suite(find_suite(suite), models, only)
        found = []
        for part in parts:
            assert isinstance(part.plan, Plan)
            found += [(part.number, cell.title) for cell in part.plan.cells if part.plan.takes(cell)]
        return found

    return asyncio.run(planned())


def test_every_shipped_suite_says_what_it_leaves_out_and_can_be_planned() -> None:
    suites = shipped()
    assert set(suites) == {
        "laptop", "laptop-prediction", "mitigations", "paper-70b", "paper-8b", "paper-qwen", "prediction-80", "smoke",
    }  # fmt: skip
    for name, suite in suites.items():
        assert suite.leaves_out and all(suite.leaves_out.values())
        assert cells(name)


def test_the_paper_s_suites_have_its_models_and_its_grid() -> None:
    for size in ("8B", "70B"):
        parts = shipped()[f"paper-{size.lower()}"].parts
        with (PUBLISHED / "table2.tsv").open(encoding="utf-8") as file:
            rows = csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t")
            recipes = {row["model"] for row in rows if row["size"] == size}
        for part in (part for part in parts if part.experiment.name in ("tournament", "numbers")):
            models = [find_model(subject.removeprefix("llm:")) for subject in part.spec.subjects]
            assert {model.recipe for model in models} == recipes and {model.size for model in models} == {size}
        poets = [find_model(name.removeprefix("llm:")) for part in parts for name in _poets(part)]
        with (PUBLISHED / "figure5.tsv").open(encoding="utf-8") as file:
            rows = csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t")
            assert [model.recipe for model in poets] == [row["model"] for row in rows]
        with (PUBLISHED / "table4.tsv").open(encoding="utf-8") as file:
            rows = csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t")
            settings = {(float(row["temperature"]), float(row["top_p"])) for row in rows}
        grids = [part.spec for part in parts if len(getattr(part.spec, "temperatures", ())) > 1]
        assert [{(one.temperature, one.top_p) for one in grid.samplings} for grid in grids] == [settings]


def _poets(part: Part) -> tuple[str, ...]:
    return part.spec.subjects if part.experiment.name == "poems" else ()


def test_a_pattern_picks_cells_by_subject_game_and_task() -> None:
    assert {part for part, _ in cells("laptop", "hide-and-seek")} == {1}
    assert len(cells("laptop", "hide-and-seek")) == 2 and len(cells("laptop", "rps*GEMMA")) == 1 == len(
        cells("laptop", "gemma*rps")
    )
    assert {part for part, _ in cells("laptop", "sequences", "letters")} == {3, 7}
    assert {title.split(" ")[0] for _, title in cells("laptop", "smollm2")} == {"llm:smollm2-135m-instruct"}
    assert len(cells("laptop", "numbers")) == len(cells("laptop")) - 4 - 20  # games, poems
    assert [title for _, title in cells("laptop", "temperature=2.5,top_p=0.5")] == [
        f"llm:{model} · single integers, 0 to 10, temperature=2.5,top_p=0.5"
        for model in ("gemma-3-270m", "smollm2-135m-instruct")
    ]


def test_a_pattern_that_fits_nothing_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"'chess' fits nothing in the suite laptop: there are rps, llm:gemma-3-270m"):
        cells("laptop", "rps", "chess")


def test_models_that_may_not_be_loaded_are_not() -> None:
    async def asked() -> None:
        models = Models()
        with models.unloaded() as idle:
            await idle.get("gemma-3-270m")

    with pytest.raises(ModelError, match="would have to be loaded"):
        asyncio.run(asked())


# --- where the models run ---


def test_models_run_where_at_says() -> None:
    suite = placed(find_suite("paper-8b"), ["transformers", "tulu-3-8b=sglang:http://rig:30000"])
    subjects = {subject for part in suite.parts for subject in part.spec.subjects}
    assert "llm:llama-3.1-8b@transformers" in subjects and "llm:tulu-3-8b@sglang:http://rig:30000" in subjects
    assert "reward:allenai/Llama-3.1-Tulu-3-8B-RM" in subjects and len(subjects) == 6
    assert {getattr(part.spec, "match_entropy", "") for part in suite.parts} == {"", "llm:llama-3.1-8b@transformers"}
    assert placed(find_suite("laptop"), ["transformers"]) == find_suite("laptop")  # its weights are here


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("sglang:http://rig:30000", "a server serves one model, so say which: --at llama-3.1-8b=sglang"),
        ("gemma-3-270m=transformers", "the suite paper-8b doesn't ask 'gemma-3-270m'"),
        ("tulu-3-8b=nowhere", "after the @ there should be"),
    ],
)
def test_a_place_that_cannot_be(at: str, said: str) -> None:
    with pytest.raises(ArenaError, match=re.escape(said)):
        placed(find_suite("paper-8b"), [at])
