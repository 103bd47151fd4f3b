"""Figure 1: which models are in it, with which values, and what is said of those that aren't."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from arena.cli.report import report as report_command
from arena.reports.options import ReportSettings
from arena.reports.registry import reports_across
from arena.reports.report import Report
from arena.store import Store
from tests.support.filled import games, numbers

BASE, TULU, GEMMA = "llm:llama-3.1-8b", "llm:tulu-3-8b-sft", "llm:gemma-3-270m"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("figure1") / "arena.db"
    games(path, BASE, TULU, GEMMA)
    numbers(path, BASE, TULU)
    return path


def made(store: Path, **asked: object) -> Report:
    with Store.open(store) as opened:
        (report,) = reports_across(opened, opened.runs(), ReportSettings(**asked))  # type: ignore[arg-type]
    return report


def test_a_models_point_has_its_score_and_what_its_own_reports_say(store: Path) -> None:
    report = made(store)
    points = {row["subject"]: row for row in report.records}
    assert [(name, point["kind"], point["score"]) for name, point in points.items()] == [
        (BASE, "base", 14.42),
        (TULU, "aligned", 22.60),
    ]
    found = json.loads(CliRunner().invoke(report_command, ["--store", str(store), "--all", "--format", "json"]).stdout)
    by_name = {one["cells"][0].get("task", "games"): one for one in found["reports"] if "cells" in one}
    tasks = {(cell["subject"], cell["task"]): cell for cell in by_name["integers"]["cells"]}
    nets = {(cell["subject"], cell["game"]): cell for cell in by_name["games"]["cells"]}
    for name, point in points.items():
        assert point["integers"] == -tasks[name, "integers"]["chi2"]
        assert point["sequences"] == -tasks[name, "sequences"]["sequences"]["repetitions"]["mse"]
        assert point["integers_low"] <= point["integers"] <= point["integers_high"] <= 0
        for game in ("rps", "hide-and-seek"):
            assert point[game] == nets[name, game]["net"]
            assert [point[f"{game}_low"], point[f"{game}_high"]] == nets[name, game]["net_ci"]
    assert any(f"no score is known: {GEMMA}" in note for note in report.notes)


def test_the_papers_points_have_the_values_that_it_prints(store: Path) -> None:
    papers = {row["name"]: row for row in made(store, published=True).records if row["source"] == "paper"}
    assert len(papers) == 10
    tulu = papers["paper: 70B tulu-sft"]
    assert (tulu["score"], tulu["rps"], tulu["hide-and-seek"], tulu["integers"]) == (38.85, -21.3, 6.2, None)


def test_without_scores_there_is_no_figure_and_a_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    games(path, GEMMA)
    with Store.open(path) as opened:
        assert reports_across(opened, opened.runs()) == ()  # no numbers
    numbers(path, GEMMA)
    assert made(path).nothing == (
        f"Figure 1 needs leaderboard scores, and none is known of {GEMMA}: give them with --scores FILE."
    )
    result = CliRunner().invoke(report_command, ["--store", str(path), "--all"])
    assert result.exit_code == 0 and "Figure 1 needs leaderboard scores" in result.stderr
    (tmp_path / "scores.csv").write_text(f"model,score\n{GEMMA},5.5\n")
    scored = ["--store", str(path), "--out", str(tmp_path / "out"), "--scores", str(tmp_path / "scores.csv")]
    result = CliRunner().invoke(report_command, scored)
    assert result.exit_code == 0 and "Figure 1 needs" not in result.stderr, result.exception
    assert {"figure1.png", "figure1.pdf", "figure1-data.csv", "figure1.tex"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }


def test_the_figure_is_drawn_wide_and_narrow(store: Path) -> None:
    from arena.reports.figure import rendered
    from arena.reports.look import look

    (figure,) = made(store, published=True).figures
    wide, narrow = rendered(figure.draw), rendered(figure.draw, look("", "4"))
    assert wide["png"][:4] == narrow["png"][:4] == b"\x89PNG" and wide != narrow
