"""The report of poems: a consistent judge's rule is recovered, gaps are said, people and models stay apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from arena.errors import InputError
from arena.experiments.poems.contest import Lines
from arena.experiments.poems.judging import judges_of
from arena.experiments.poems.kinds import EXPERIMENT, Kind
from arena.experiments.poems.lots import LotsSpec
from arena.reports.folder.files import write_folder
from arena.reports.options import ReportSettings
from arena.reports.poems.judges import AxisReport
from arena.reports.poems.runs import read_runs
from arena.reports.registry import reports_of
from arena.reports.report import WRITERS, Report
from arena.store import Store
from tests.support.poems import by_letters, draw, judge_all

TWO = LotsSpec(topics=("sleep",), axes=("originality", "preference"))


def against_letters(lines: Lines) -> float:
    return -by_letters(lines)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", create=True) as opened:
        yield opened


def one(store: Store, published: bool = False) -> Report:
    runs = [run for run in store.runs() if run.spec.settings["mode"] != Kind.JUDGEMENTS]
    (report,) = reports_of(store, runs, ReportSettings(published))
    return report


def rows(report: Report, key: str) -> dict[str, dict[str, object]]:
    return {row.name: dict(row.values) for table in report.tables if table.key == key for row in table.rows}


def test_a_consistent_judge_s_rule_is_recovered(store: Store) -> None:
    contests = draw(store, LotsSpec(axes=("originality", "preference")))
    judge_all(store, contests, "Ann", by_letters)
    (panel,) = read_runs(store, contests.run).panels
    for each in panel.contests:
        assert each.ranking is not None and each.judged == each.wanted == 60
        true = [by_letters(poem.lines) for poem in each.contest.poems]
        assert spearmanr(each.ranking.abilities, true).statistic > 0.9
        assert each.winner == true.index(max(true)) and not each.gaps.uncompared and each.gaps.groups == 1
    found = AxisReport(panel.panel, "preference")
    assert found.twice is not None and (found.twice.n, found.twice.raw, found.twice.kappa) == (35, 1, 1)
    assert found.alpha == 1 and found.between is None
    assert found.first.interval is not None and found.first.interval[0] < 0.5 < found.first.interval[1]
    assert panel.rho("originality", "preference").value == pytest.approx(1, abs=0.1)
    wins = [panel.wins(author, "preference") for author in panel.authors]
    assert sum(wins) == 2 and {panel.median_rank(author, "preference") for author in panel.authors} != {None}


def test_judges_who_disagree(store: Store) -> None:
    contests = draw(store, TWO)
    judge_all(store, contests, "Ann", by_letters)
    judge_all(store, contests, "Bob", against_letters)
    (panel,) = read_runs(store, contests.run).panels
    assert panel.panel.judges == ["human:Ann", "human:Bob"]
    found = AxisReport(panel.panel, "originality")
    assert found.between is not None and (found.between.n, found.between.raw) == (60, 0)
    assert found.twice is not None and found.twice.raw == 1
    assert found.alpha is not None and found.alpha < 0.1
    assert found.controls[1] == 2
    (alone,) = reports_of(store, [judges_of(store, contests)[1]])
    assert rows(alone, "judges")["originality, the same judge twice"]["judges"] == 1


def test_what_was_judged_so_far_is_said(store: Store) -> None:
    contests = draw(store, TWO)
    with pytest.raises(InputError, match="nothing has been judged yet"):
        reports_of(store, [contests.run])[0].check()
    judge_all(store, contests, "Ann", by_letters, most=3)
    (table,) = (table for table in one(store).tables if table.key == "contests")
    assert all("of 60" in row.full_name and "never compared" in row.texts["open"] for row in table.rows)


def test_every_form_is_written_with_the_paper_s_figure_beside(store: Store, tmp_path: Path) -> None:
    judge_all(store, draw(store, TWO), "Ann", by_letters)
    report = one(store, published=True)
    assert rows(report, "figure5")["paper: 70B base"] == {
        "originality": 4, "pleasantness": 0, "preference": 1, "published": "figure5/70B/base",
    }  # fmt: skip
    assert {"poems", "figure5", "contests", "judges", "originality", "appendix-sleep"} <= {
        table.key for table in report.tables
    }
    won = [row.values["won"] for table in report.tables if table.key == "appendix-sleep" for row in table.rows]
    assert len(won) == 15 and sum("preference" in each for each in won) == 1
    write_folder([report], store.runs(), tmp_path / "out")
    assert (tmp_path / "out" / "figure5.png").stat().st_size > 10_000
    document = json.loads(WRITERS["json"](report))
    assert len(document["contests"]) == 2 and len(document["written"]) == 6
    assert one(store, published=True).to_json() == report.to_json(), "the resamples are named draws"


def test_poems_are_text_in_every_form(store: Store) -> None:
    contests = draw(store, TWO)
    nasty = ("[b]bold[/b] | cell", "</script><script>alert(1)</script>", "=HYPERLINK(1)", "\u202e\x1b[31mred $x^2$ %")
    finding = json.loads(store.database.connection.execute("SELECT found FROM findings").fetchone()[0])
    for poem in finding["poems"]:
        poem["lines"] = [*nasty]
    store.database.connection.execute(
        "UPDATE findings SET found = ? WHERE cell = (SELECT MIN(cell) FROM findings)", (json.dumps(finding),)
    )
    judge_all(store, contests, "Ann", by_letters)
    report = one(store)
    for form in ("md", "tex", "csv"):
        text = WRITERS[form](report)
        assert "\x1b" not in text and "\u202e" not in text
    assert "<script>" not in WRITERS["md"](report).replace("\\<", "")


def test_runs_say_what_they_are_to_contain(store: Store) -> None:
    from arena.experiments.registry import amount

    contests = draw(store)
    judge_all(store, contests, "Ann", by_letters, most=1)
    assert [amount(run.spec) for run in store.runs()] == ["20 poems", "6 contests", "judgements of 6 contests"]
    assert {run.spec.experiment for run in store.runs()} == {EXPERIMENT}
