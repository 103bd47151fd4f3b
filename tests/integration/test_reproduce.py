"""`arena reproduce` as people use it, and its numbers once more from the exported files alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arena.errors import ExitCode
from tests.support import recomputed
from tests.support.commands import GEMMA, SMOLLM2, arena, complaint
from tests.support.paper_models import fill
from tests.support.recomputed import Exported

# every kind of number that the suite laptop has, in as few draws as show them, of one of its models
SMALL = f"""
title = "The suite laptop, very small"
subjects = ["llm:{SMOLLM2}"]

[[tournament]]
games = ["rps", "hide-and-seek"]
matches = 3

[[numbers]]
task = "integers"
n = 12
mode = "sample"
paraphrases = ["", "0"]

[[numbers]]
task = "letters"
n = 8
mode = "sample"

[[numbers]]
task = "integers"
mode = "exact"
top_p = [0.5]

[[numbers]]
task = "sequences"
n = 3
mode = "sample"
"""
LAPTOP = "ARENA_LAPTOP_STORE"  # names a store that has the whole suite laptop; else the small one is run


def test_a_suite_of_bots_has_nothing_to_compare_and_says_so(tmp_path: Path) -> None:
    suite = tmp_path / "bots.toml"
    suite.write_text('title = "Bots"\nsubjects = ["uniform"]\n[[tournament]]\ngames = ["rps"]\nmatches = 5\n')
    command = ("reproduce", suite, "--store", tmp_path / "a.db")
    document = json.loads(arena(*command, "--json").stdout)
    assert document["suite"] == "bots" and document["numbers"] == []
    assert sum(one["numbers"] for one in document["not_run"]) == 215  # all that the paper prints
    assert {claim["outcome"] for claim in document["claims"]} == {"not run", "not testable"}
    again = arena(*command, "--out", tmp_path / "out", "--display", "none")
    assert "none of them is comparable" in again.stdout and "reproduced" not in again.stdout.lower()
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"verdicts.md", "claims.csv", "reproduce.json"}
    assert json.loads((tmp_path / "out" / "reproduce.json").read_text()) == document


def test_a_suite_that_isn_t_there_is_named(tmp_path: Path) -> None:
    assert "laptop" in complaint("reproduce", "laptopp", "--store", tmp_path / "a.db", code=ExitCode.USAGE)
    assert not (tmp_path / "a.db").exists()


Found = tuple[dict[str, Any], Exported]


def reproduced(folder: Path, store: str | Path, *suite: str | Path) -> Found:
    """The document that `arena reproduce` prints of a store, and the files exported from it."""
    document = json.loads(arena("reproduce", *suite, "--store", store, "--json").stdout)
    arena("export", "--store", store, "--to", "parquet", "--out", folder / "files")
    return document, Exported(folder / "files", {run["run"]: run["key"] for run in document["runs"]})


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The paper's 8B models, for which bots stand."""
    folder = tmp_path_factory.mktemp("paper")
    fill(folder / "a.db", 110, {("base", "rps"): {"wins": 10.0, "ties": 20.0, "losses": 70.0}})
    return reproduced(folder, folder / "a.db")


@pytest.fixture(scope="module")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """A suite on a small model, or on both."""
    folder = tmp_path_factory.mktemp("laptop")
    if store := os.environ.get(LAPTOP):
        return reproduced(folder, store, "laptop")
    (folder / "small.toml").write_text(SMALL)
    return reproduced(folder, folder / "a.db", folder / "small.toml")


REAL = (pytest.mark.model, pytest.mark.slow)


@pytest.fixture(params=["stand_ins", pytest.param("small_models", marks=REAL)])
def found(request: pytest.FixtureRequest) -> Found:
    both: Found = request.getfixturevalue(request.param)
    return both


def test_every_value_is_what_the_exported_files_say(found: Found) -> None:
    document, files = found
    assert {"table1", "table2", "table4", "table6"} <= {number["key"].split("/")[0] for number in document["numbers"]}
    for number in document["numbers"]:
        value = recomputed.ours(number, files)
        assert number["ours"] == (value if isinstance(value, str) or value is None else pytest.approx(value)), number


def beside(number: dict[str, Any], column: str) -> str:
    """The key of another number of the same row."""
    return f"{number['key'].rpartition('/')[0]}/{column}"


def test_every_verdict_follows_from_the_exported_files(stand_ins: Found) -> None:
    """Of rates, whose errors are a few lines: the design effect is that of our matches."""
    document, files = stand_ins
    seen = set()
    for number in document["numbers"]:
        if number["key"].startswith("table2/"):
            seen.add(number["verdict"])
            tied = next((one["published"] for one in document["numbers"] if one["key"] == beside(number, "ties")), 0.0)
            assert number["verdict"] == recomputed.verdict({**number, "ties": tied}, files)
    assert seen == {"within", "differs"}


def test_every_interval_is_about_what_the_exported_files_say(found: Found) -> None:
    """Student's where it is used, else the bootstrap's: that only where there is enough for one."""
    document, files = found
    for number in document["numbers"]:
        table, column = number["key"].split("/")[0], number["key"].split("/")[-1]
        if number["ours_ci"] is None:
            assert isinstance(number["ours"], str | None) or number["n"] < 2
            continue
        low, high = number["ours_ci"]
        if number["by"] == "exact":
            assert number["ours"] is None or low <= number["ours"] <= high
        elif number["n"] < 1000:  # Gaffke's interval, or one for few answers
            assert low <= number["ours"] <= high and low < high
        elif table == "table2":
            again = recomputed.t_interval(files.of(files.rounds, number), column)
            assert (low, high) == pytest.approx(again, abs=1e-6)
        else:
            again = recomputed.bootstrapped(files.values(number), number["published_n"] or recomputed.N)
            assert high - low == pytest.approx(again[1] - again[0], rel=0.2)
            assert abs(high + low - sum(again)) < 0.3 * (high - low)


@pytest.mark.slow
@pytest.mark.model
def test_the_claims_numbers_are_those_of_the_exported_files(small_models: Found) -> None:
    document, files = small_models
    said = {claim["key"]: claim["words"] for claim in document["claims"]}
    outcomes = {claim["key"]: claim["outcome"] for claim in document["claims"]}
    rps = files.rounds[files.rounds["game"] == "rps"]
    for model, claim in ((GEMMA, "f4-base-after"), (SMOLLM2, "f4-after")):
        rounds = rps[rps["subject"] == f"llm:{model}"]
        for outcome in ("win", "tie") if len(rounds) else ():
            assert f"after a {outcome} {recomputed.after(rounds, outcome):z.3f}" in said[claim]
        if len(rounds) and model == GEMMA:
            assert f"mean {rounds['determinism'].mean():.2f} (" in said["f4-base"]
    for number in document["numbers"]:
        style = "base" if number["subject"] == f"llm:{GEMMA}" else "aligned"
        if number["key"].startswith("table5/7B"):
            values = files.values(number).ravel()
            assert (
                f"most often {np.bincount(values).argmax()}; 7 in {100 * (values == 7).mean():.1f}%"
                in said[f"f2-mode-{style}"]
            )
        if number["key"] in ("table1/8B/base", "table1/8B/tulu-sft"):
            counts = recomputed.repetitions(files.values(number))
            assert f"most often {counts.argmax()};" in said[f"f3-mode-{style}"]
    assert outcomes["f2-order"] == outcomes["t2-base"] == "not testable"


@pytest.mark.slow
@pytest.mark.model
def test_no_model_of_the_paper_was_run_and_it_says_so(small_models: Found) -> None:
    document, _ = small_models
    assert {f"table{n}" for n in range(1, 7)} == {number["key"].split("/")[0] for number in document["numbers"]}
    assert {number["verdict"] for number in document["numbers"]} == {"not comparable"}
    assert all("another model" in number["why"] for number in document["numbers"])
    notes = " ".join(document["notes"])
    several = len({number["subject"] for number in document["numbers"]}) > 1
    assert "None of the paper's models was run" in notes and ("not the effect of alignment" in notes) == several
    assert document["counts"]["differs"] == 0 and document["counts"]["differs_by_chance_range"] == [0, 0]
