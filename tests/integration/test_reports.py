"""Several runs in one report, as they come of models that were measured one after another."""

from __future__ import annotations

import json
from pathlib import Path

from arena.errors import ExitCode
from tests.support.commands import arena, complaint


def test_runs_of_different_players_stand_in_one_table(tmp_path: Path) -> None:
    store, out = tmp_path / "arena.db", tmp_path / "out"
    for subject, games in (("fixed:rock", 3), ("uniform", 3), ("fixed:paper", 2)):
        run = ("tournament", "--subject", subject, "--games", str(games), "--rounds", "4", "--store", store)
        arena(*run, "--display", "none")
    names = [run["run"] for run in json.loads(arena("runs", "--store", store, "--json").stdout)["runs"]]
    chosen = [word for name in sorted(names) for word in ("--run", name)]
    shown = arena("report", "--store", store, *chosen, "--format", "md", "--out", out).stdout
    rows = [line.split("|")[1].strip() for line in shown.splitlines() if line.startswith("| ")]
    assert [row for row in rows if row in ("fixed:rock", "uniform", "fixed:paper")] == [
        "fixed:rock",
        "uniform",
        "fixed:paper",
    ]
    one, two, three = sorted(names)
    assert f"Runs {one}, {two}: 3 games of 4 rounds, seed 0; Run {three}: 2 games of 4 rounds, seed 0." in shown
    found = json.loads((out / "table2.json").read_text())
    assert [run["run"] for run in found["runs"]] == [one, two, three] and found["run"] == one
    assert [cell["subject"] for cell in found["cells"]] == ["fixed:rock", "uniform", "fixed:paper"]
    assert (out / "figure4.png").stat().st_size > 1000
    words = complaint("report", "--store", store, "--run", one, "--run", "no-such", code=ExitCode.INPUT)
    assert "no-such" in words
