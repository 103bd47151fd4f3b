"""A package that isn't Arena's brings a game, an agent, an experiment and a backend; no line of Arena is changed."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from arena.errors import ExitCode
from tests.support.commands import arena, begun, complaint, last_words, wait_for
from tests.support.example import SOURCE, install_example
from tests.support.hide import hide_all

SUITE = """
title = "Coins, and a match or two"

[[coins]]
subjects = ["coin:0.5", "coin:0.9"]
tosses = {tosses}
pause = {pause}

[[tournament]]
subjects = ["llm:rocky:anything", "follow"]
opponents = ["uniform"]
games = ["rps", "odd-or-even"]
matches = 2
rounds = 3
"""


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which the package is installed."""
    site = install_example(tmp_path_factory.mktemp("example"))
    return {"PYTHONPATH": os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])}


def suite(folder: Path, tosses: int = 30, pause: float = 0.0) -> Path:
    file = folder / "coins.toml"
    file.write_text(SUITE.format(tosses=tosses, pause=pause))
    return file


def tossed(store: Path) -> int:
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM answers").fetchone()[0])
    return 0


def test_it_is_as_small_as_promised() -> None:
    lines = {file.stem: len(file.read_text().splitlines()) for file in SOURCE.glob("*/*.py")}
    assert lines["coins"] < 100 and lines["follow"] < 30


def test_doctor_lists_what_it_brings(tmp_path: Path, env: dict[str, str]) -> None:
    path = os.pathsep.join((env["PYTHONPATH"], str(hide_all(tmp_path / "hidden"))))
    found = json.loads(arena("doctor", "--json", env={"PYTHONPATH": path}).stdout)["brought"]
    kinds = {(one["kind"], one["name"]) for one in found}
    assert kinds == {
        ("agent", "follow"),
        ("backend", "rocky"),
        ("experiment", "coins"),
        ("game", "odd-or-even"),
        ("report", "coins"),
    }
    assert {one["origin"] for one in found} == {"the package arena-example"} and not any(
        one["problem"] for one in found
    )


def test_all_of_it_is_planned_run_reported_and_exported(tmp_path: Path, env: dict[str, str]) -> None:
    store, out = tmp_path / "arena.db", tmp_path / "out"
    done = arena("run", suite(tmp_path), "--store", store, "--display", "plain", "--out", out, env=env)
    assert "part 1 of 2" in done.stderr and "30 tosses to go" in done.stderr
    assert "coin:0.9" in done.stdout and "odd or even" in done.stdout.lower()
    runs = json.loads(arena("runs", "--store", store, "--json", env=env).stdout)["runs"]
    assert [(run["experiment"], run["done"], run["asked"], run["state"]) for run in runs] == [
        ("coins", 60, 60, "finished"),
        ("tournament", 8, 8, "finished"),
    ]
    shown = {
        format_: arena("report", "--store", store, "--run", runs[0]["run"], "--format", format_, env=env).stdout
        for format_ in ("rich", "md", "tex", "csv", "json")
    }
    assert all("coin:0.9" in text for text in shown.values())
    heads = json.loads(shown["json"])["coins"][1]["heads"]
    assert 0.7 < heads < 1 and f"{100 * heads:.1f}" in shown["md"]
    assert {"coins.md", "coins.tex", "coins.csv", "coins.json", "table2.md"} <= {file.name for file in out.iterdir()}
    arena("export", "--store", store, "--to", "csv", "--out", tmp_path / "rows", env=env)
    with (tmp_path / "rows" / "answers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["value"] for row in rows} == {'"heads"', '"tails"'} and len(rows) == 60
    with (tmp_path / "rows" / "rounds.csv").open(newline="") as file:
        rounds = list(csv.DictReader(file))
    assert {row["move"] for row in rounds if row["subject"] == "llm:rocky:anything" and row["game"] == "rps"} == {
        "rock"
    }
    assert {row["game"] for row in rounds} == {"rps", "odd-or-even"}


def test_it_is_killed_and_goes_on_to_the_same_rows(tmp_path: Path, env: dict[str, str]) -> None:
    whole, broken = tmp_path / "whole.db", tmp_path / "broken.db"
    arena("run", suite(tmp_path, 150), "--store", whole, "--display", "none", env=env)
    slow = suite(tmp_path, 150, 0.01)
    with begun("run", slow, "--store", broken, "--display", "none", env=env) as process:
        wait_for(lambda: tossed(broken) > 20, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert 20 < tossed(broken) < 300
    arena("run", slow, "--store", broken, "--display", "none", env=env)
    for store in (whole, broken):
        arena("export", "--store", store, "--to", "csv", "--out", tmp_path / store.stem, env=env)
    for name in ("answers", "rounds"):
        assert (tmp_path / "whole" / f"{name}.csv").read_bytes() == (tmp_path / "broken" / f"{name}.csv").read_bytes()


def test_a_part_that_fails_keeps_no_other_from_being_run(tmp_path: Path, env: dict[str, str]) -> None:
    file = tmp_path / "suite.toml"
    gone = 'subjects = ["llm:sglang:http://127.0.0.1:9"]\nstyle = "base"'
    file.write_text(f'title = "x"\nsubjects = ["coin:0.5"]\n[[tournament]]\n{gone}\n[[coins]]\ntosses = 5\n')
    done = arena("run", file, "--store", tmp_path / "a.db", "--display", "none", code=ExitCode.MODEL, env=env)
    assert "part 1 of 2 (tournament) failed" in last_words(done.stderr, ExitCode.MODEL)
    assert "coin:0.5" in done.stdout and tossed(tmp_path / "a.db") == 5


def test_a_part_that_can_t_be_keeps_all_from_being_run(tmp_path: Path, env: dict[str, str]) -> None:
    file = tmp_path / "suite.toml"
    file.write_text(
        'title = "A typo"\nsubjects = ["coin:0.5"]\n[[coins]]\ntosses = 5\n[[coins]]\nsubjects = ["die:6"]\n'
    )
    words = complaint("run", file, "--store", tmp_path / "a.db", code=ExitCode.INPUT, env=env)
    assert (
        "line 6, `subjects` of [[coins]] number 2: 'die:6' can't be tossed" in words and tossed(tmp_path / "a.db") == 0
    )
    file.write_text('title = "A typo"\nsubjects = ["coin:0.5"]\n[[coin]]\ntosses = 5\n')
    assert "did you mean 'coins'?" in complaint("run", file, "--store", tmp_path / "a.db", code=ExitCode.INPUT, env=env)


def test_without_the_package_its_runs_are_still_listed_and_exported(tmp_path: Path, env: dict[str, str]) -> None:
    store = tmp_path / "arena.db"
    arena("run", suite(tmp_path), "--store", store, "--display", "none", env=env)
    run = json.loads(arena("runs", "--store", store, "--json").stdout)["runs"][0]
    assert run["experiment"] == "coins" and run["amount"] == "30 answers"
    assert "'coins'" in complaint("report", "--store", store, "--run", run["run"], code=ExitCode.INPUT)
    arena("export", "--store", store, "--to", "jsonl", "--out", tmp_path / "rows")
    assert len((tmp_path / "rows" / "answers.jsonl").read_text().splitlines()) == 60
