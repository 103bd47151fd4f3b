"""Section 4 in `arena reproduce`: made-up poems of the paper's models, judged by a person with a rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from scipy.stats import binomtest, spearmanr

from arena.experiments.poems.axes import AXES
from arena.experiments.poems.contest import Lines
from arena.experiments.poems.contests import keep_contests
from arena.experiments.poems.generated import read_written
from arena.experiments.poems.lots import LotsSpec, draw_contests
from arena.experiments.poems.topics import JUDGED
from arena.reports.poems.runs import read_runs
from arena.reports.report import WRITERS
from arena.reports.reproduce import report
from arena.store import Store
from arena.store.rows import RunRow
from tests.support.poems import by_letters, judge_each, write_poems

PAPERS = {
    "llm:llama-3.1-70b": "base",
    "llm:llama-3.1-70b-instruct": "llama-instruct",
    "llm:tulu-3-70b": "tulu-full",
}
OTHERS = {"llm:gemma-3-270m": "base", "llm:smollm2-135m-instruct": "instruct", "llm:other": "instruct"}


def judged(
    store: Store, models: Mapping[str, str], original: float, topics: Sequence[str] = JUDGED, axes: Sequence[str] = AXES
) -> tuple[RunRow, RunRow]:
    """Poems and their contests. Ann prefers poems by their letters, but for originality those of base models, if
    `original` is 1, or those of the others, if it is -1; and otherwise never those of base models."""
    run = write_poems(store, tuple(models), topics, n=6)
    written, spec = read_written(store, run), LotsSpec(axes=tuple(axes))
    of_base = {poem for each in written for poem in each.poems.values() if models[each.cell.spec.subject] == "base"}
    contests = keep_contests(store, draw_contests(written, spec), spec, [run])

    def by_author(lines: Lines) -> float:
        return by_letters(lines) + 1e6 * (original if lines in of_base else -original)

    def against_base(lines: Lines) -> float:
        return by_letters(lines) - 1e6 * (lines in of_base)

    judge_each(store, contests, "Ann", lambda axis: by_author if axis == "originality" else against_base)
    return run, contests.run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", create=True) as opened:
        yield opened


def document(store: Store, *runs: RunRow) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WRITERS["json"](report(store, list(runs) or store.runs())))
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {claim["key"]: claim["outcome"] for claim in found["claims"]}


def test_contests_won_stand_beside_figure_5(store: Store) -> None:
    run, contests = judged(store, PAPERS, 1)
    found = document(store, run)  # contests are found by the poems that they were drawn from
    numbers = {number["key"]: number for number in found["numbers"]}
    assert len(numbers) == 9 + 5 + 1 and not {"figure5", "section4"} & {one["table"] for one in found["not_run"]}
    base = numbers["figure5/70B/base/originality"]
    assert (base["published"], base["ours"], base["n"], base["verdict"]) == (4, 4, 4, "within")
    assert base["ours_ci"] == pytest.approx([4 * end for end in binomtest(4, 4).proportion_ci(method="wilson")])
    assert sum(numbers[f"figure5/70B/{one}/preference"]["ours"] for one in PAPERS.values()) == 4
    assert numbers["figure5/70B/base/pleasantness"]["ours"] == 0
    assert numbers["section4/kappa/preference"]["ours"] == 1  # Ann never changes her mind
    assert numbers["section4/kappa/preference"]["verdict"] == "not comparable"  # of how many pairs isn't printed
    assert numbers["section4/base's median rank/preference"]["ours"] == 13  # the last five of 15
    (panel,) = read_runs(store, contests).panels
    abilities = {
        (each.contest.topic, each.contest.axis): each.ranking.abilities for each in panel.contests if each.ranking
    }
    rhos = {
        axis: [spearmanr(abilities[topic, axis], abilities[topic, "preference"]).statistic for topic in JUDGED]
        for axis in ("originality", "pleasantness")
    }
    for axis, found_rhos in rhos.items():
        assert numbers[f"section4/rho/{axis}"]["ours"] == pytest.approx(fmean(found_rhos))
    lead = fmean(rhos["pleasantness"]) - fmean(rhos["originality"])
    (claim,) = [one for one in found["claims"] if one["key"] == "s4-rho"]
    assert f"by {lead:.2f} (" in claim["words"]


def test_a_base_model_that_is_never_original_contradicts_the_paper(store: Store) -> None:
    judged(store, PAPERS, -1, axes=("originality", "pleasantness"))
    found = document(store)
    numbers = {number["key"]: number for number in found["numbers"]}
    assert numbers["figure5/70B/base/originality"]["verdict"] == "differs"
    assert outcomes(found)["s4-original"] == "doesn't hold" and outcomes(found)["s4-rho"] == "undecided"


def test_other_models_stand_in_and_are_never_compared(store: Store) -> None:
    judged(store, OTHERS, 1, topics=["coffee"])
    found = document(store)
    assert found["numbers"] and {number["verdict"] for number in found["numbers"]} == {"not comparable"}
    assert all("another model" in number["why"] for number in found["numbers"])


def test_a_model_s_judgements_are_no_people_s(store: Store) -> None:
    run = write_poems(store, tuple(PAPERS), JUDGED, n=6)
    keep_contests(store, draw_contests(read_written(store, run), LotsSpec()), LotsSpec(), [run])
    found = document(store)
    assert not found["numbers"]
    assert outcomes(found)["s4-original"] == "not run"
