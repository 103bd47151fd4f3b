"""`arena report --label`: people's own names for agents, everywhere that people read them, and beside the specs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arena.reports.options import ReportSettings
from arena.reports.registry import reports_of
from arena.store import Store
from tests.support.commands import arena, complaint

MIX = "mix:rock=0.5,paper=0.3,scissors=0.2"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labels") / "arena.db"
    quiet = ("--display", "none", "--store", path)
    arena("tournament", "--subject", "uniform", "--subject", MIX, "--games", "3", *quiet)
    arena("sequences", "--subject", "uniform", "--subject", "mix:3=0.5,7=0.5", "--n", "30", *quiet)
    return path


def test_labels_stand_in_tables_and_figures_and_beside_specs_in_data(store: Path) -> None:
    label = "A & B_|<i>$x\x1b[2J"
    with Store.open(store) as opened:
        games, tasks = reports_of(opened, opened.runs(), ReportSettings(labels={"uniform": label, "greedy": "reader"}))
    shown = r"A & B_|<i>$x\x1b[2J"
    for report in (games, tasks):
        for table in (*report.tables, *(figure.data for figure in report.figures)):
            names = [row.name for row in table.rows if row.is_ours]
            assert shown in names and not any("uniform" in name for name in names)
        for figure in report.figures:
            assert {row.values["subject"] for row in figure.data.rows if row.is_ours} >= {"uniform"}
            figure.draw()
        cells = report.to_json()["cells"]
        assert {cell["settings"]["label"] for cell in cells} >= {label}
        assert {cell["subject"] for cell in cells} >= {"uniform"}
    assert "against reader" in " ".join(games.notes)


def test_the_command(store: Path, tmp_path: Path) -> None:
    given = ("report", "--store", store, "--run", "1", "--label", "uniform=\x1b[2J=1+1 & |$_")
    for form in ("rich", "md", "tex"):
        text = arena(*given, "--format", form).stdout
        assert "\x1b" not in text and "uniform" not in text.replace("(uniform play)", "")
    assert r"=1+1 \& " in text and r"\$\_" in text
    (cell, _) = json.loads(arena(*given, "--format", "json").stdout)["cells"]
    assert cell["subject"] == cell["settings"]["subject"] == "uniform" and cell["settings"]["label"].startswith("\x1b")
    assert "there are uniform" in complaint("report", "--store", store, "--run", "1", "--label", "u=x", code=2)
