"""`arena run`: what a suite would cost, parts of it, and the whole of the shipped `smoke` on real models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from arena.errors import ExitCode
from tests.support.commands import GEMMA, PATIENCE, SMOLLM2, arena, complaint

BOTS = """title = "Bots"
subjects = ["uniform", "mix:rock=0.6,paper=0.2,scissors=0.2"]

[leaves_out]
"poems" = "bots can't write"

[[tournament]]
games = ["rps", "matching-pennies"]
subjects = ["uniform"]
matches = 30
rounds = 4

[[tournament]]
matches = 20
rounds = 3

[[numbers]]
subjects = ["uniform", "fixed:7"]
task = "integers"
n = 40
"""
NOWHERE = "llm:llama-3.1-8b@sglang:http://127.0.0.1:9"  # no server listens there


@pytest.fixture
def bots(tmp_path: Path) -> Path:
    suite = tmp_path / "bots.toml"
    suite.write_text(BOTS, encoding="utf-8")
    return suite


def costs(*command: str | Path) -> dict[str, Any]:
    """What a dry run lists."""
    found: dict[str, Any] = json.loads(arena(*command, "--dry-run", "--json").stdout)
    return found


def states(store: Path) -> list[str]:
    """Whether each run of a store is finished."""
    return [run["state"] for run in json.loads(arena("runs", "--store", store, "--json").stdout)["runs"]]


def results(store: Path) -> list[str]:
    """Everything that is reported of a store but names, dates and times, a text for each run."""
    names = [run["run"] for run in json.loads(arena("runs", "--store", store, "--json").stdout)["runs"]]
    found = []
    for name in names:
        document = json.loads(arena("report", "--store", store, "--run", name, "--format", "json").stdout)
        found.append(str(_timeless(document["cells"])))
    return sorted(found)


def _timeless(value: Any) -> Any:
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in ("run", "seconds", "created")}
    return value


# --- dry runs ---


def test_a_dry_run_needs_no_server_loads_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    suite, store = tmp_path / "far.toml", tmp_path / "a.db"
    parts = '[[tournament]]\n[[numbers]]\ntask = "sequences"\nmode = "sample"\n'
    suite.write_text(f'title = "Far"\nsubjects = ["{NOWHERE}"]\n{parts}', encoding="utf-8")
    game, task = costs("run", suite, "--store", store)["cells"]
    assert 100 < game["prompts"] < game["prompts_at_most"] <= 5000 and game["tokens"] > game["prompts"]
    assert task["prompts"] == 1 and task["tokens"] > 1500 * 10 and game["seconds"] is task["seconds"] is None
    given = costs("run", suite, "--store", store, "--speed", "100")
    assert [cell["seconds"] for cell in given["cells"]] == pytest.approx(
        [cell["tokens"] / 100 for cell in (game, task)], rel=0.01
    )
    printed = arena("run", suite, "--store", store, "--dry-run").stdout
    assert "?" in printed and "--speed" in printed and "sequences" in printed
    assert not store.exists()


def test_a_dry_run_says_what_it_cannot_know(tmp_path: Path) -> None:
    """The style of a model without an entry in the catalog is known only once it is loaded."""
    suite = tmp_path / "own.toml"
    suite.write_text('title = "T"\nsubjects = ["llm:sglang:http://127.0.0.1:9"]\n[[tournament]]\n', encoding="utf-8")
    (cell,) = costs("run", suite, "--store", tmp_path / "a.db")["cells"]
    assert "would have to be loaded" in cell["unknown"]


def test_a_dry_run_knows_what_is_done(bots: Path, tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    assert {cell["done"] for cell in costs("run", bots, "--store", store)["cells"]} == {0}
    arena("run", bots, "--store", store, "--only", "integers")
    cells = costs("run", bots, "--store", store)["cells"]
    assert [cell["done"] for cell in cells] == [0, 0, 0, 0, 1, 1]
    one = costs("tournament", "--subject", f"llm:{GEMMA}", "--games", "40", "--store", store)["cells"][0]
    assert one["speed_source"] == "stated" and one["prompts_at_most"] <= 400
    assert costs("letters", "--model", SMOLLM2, "--n", "9", "--store", store)["cells"][0]["tokens"] > 9


# --- parts of a suite ---


def test_parts_of_a_suite_add_up_to_the_whole(bots: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.db", tmp_path / "parts.db"
    done = arena("run", bots, "--store", whole, "--display", "plain")
    assert "not in this suite: poems (bots can't write)" in done.stderr and "of all" not in done.stdout
    first = arena("run", bots, "--store", parts, "--only", "pennies", "--only", "mix*rps", "--display", "plain").stderr
    assert first.count("to go") == 2 and "part 3" not in first
    assert states(parts) == ["stopped", "stopped"]
    rest = arena("run", bots, "--store", parts, "--display", "plain").stderr
    assert rest.count("finished before") == 2 and rest.count("to go") == 4
    assert results(parts) == results(whole)
    assert set(states(parts)) == {"finished"}


def test_a_terminal_shows_one_bar_for_the_whole(bots: Path, tmp_path: Path) -> None:
    said = arena("run", bots, "--store", tmp_path / "a.db", "--display", "rich", env={"COLUMNS": "100"}).stderr
    assert "part 3 of 3, all" in said and "100%" in said and said.count("done in") == 6


def test_a_pattern_that_fits_nothing(bots: Path, tmp_path: Path) -> None:
    said = complaint("run", bots, "--store", tmp_path / "a.db", "--only", "chess", code=ExitCode.USAGE)
    assert "'chess' fits nothing in the suite bots: there are rps, uniform, matching-pennies" in said


def test_the_list_says_what_suites_leave_out() -> None:
    printed = arena("run").stdout
    assert "paper-qwen" in printed and "without everything but table 5" in printed


# --- the real models ---


@pytest.mark.long
@pytest.mark.model
def test_smoke_runs_every_part_of_the_suite_laptop(tmp_path: Path) -> None:
    store, out = tmp_path / "a.db", tmp_path / "out"
    # two threads of llama.cpp would wait for each other wherever other tests run beside this one
    line = ("run", "smoke", "--store", store, "--out", out, "--display", "plain", "--threads", "1")
    done = arena(*line, patience=4 * PATIENCE)
    assert "part 8 of 8" in done.stderr and "failed" not in done.stderr
    tables = {"table1", "table2", "table3", "table4", "table6", "integers", "figure7", "poems"}
    assert tables | {"figure2", "figure3", "figure4", "figure6", "figure8"} <= {path.stem for path in out.iterdir()}
    listed = costs("run", "smoke", "--store", store)
    # a small model may not manage a poem in 50 answers
    assert all(cell["done"] == 1 for cell in listed["cells"] if "poems" not in cell["cell"])
    assert {cell["cell"].split(" ")[1] for cell in listed["cells"]} == {f"llm:{GEMMA}", f"llm:{SMOLLM2}"}
    more = costs("run", "laptop", "--store", store)["cells"][0]  # learned from the run before
    assert more["learned"] and more["speed_source"] == "measured" and more["done"] == pytest.approx(10 / 500)
