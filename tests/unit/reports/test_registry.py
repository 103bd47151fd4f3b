"""From runs to reports, also for an experiment that another package brings, or none does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from arena import plugins
from arena.errors import InputError
from arena.reports.options import ReportSettings
from arena.reports.registry import reports_of, suite_document
from arena.reports.report import Report
from arena.reports.table import Column, Row, Table
from arena.store import Store
from arena.store.rows import RunRow
from tests.support.filled import fill
from tests.support.played import run_row


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], None]]:
    """Makes a function the reporter of the experiment "dice", of a package."""

    def bring(reporter: Any) -> None:
        module = ModuleType("dice_reports")
        module.report = reporter  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "dice_reports", module)
        point = EntryPoint("dice", "dice_reports:report", "arena.reports")
        monkeypatch.setattr("arena.plugins.entry_points", lambda group: [point] if group == "arena.reports" else [])
        monkeypatch.setattr("arena.plugins.find_spec", lambda name: type("Spec", (), {"origin": "/x/dice_reports.py"}))
        plugins._points.cache_clear()

    yield bring
    plugins._points.cache_clear()


def dice(store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> Report:
    rows = tuple(Row(run.name, {"throws": 3}) for run in runs)
    return Report("dice", "dice", (Table("dice", "Dice", (Column("throws", "throws"),), rows),), (), [], {"dice": 3})


def test_runs_are_reported_by_experiment_in_the_order_of_their_first(
    tmp_path: Path, brought: Callable[[Any], None]
) -> None:
    brought(dice)
    fill(tmp_path / "arena.db")
    with Store.open(tmp_path / "arena.db") as store:
        runs = [run_row(experiment="dice", name="one"), store.run(None), run_row(experiment="dice", name="two")]
        first, second = reports_of(store, runs)
    assert [row.name for row in first.tables[0].rows] == ["one", "two"] and second.name == "tournament"
    found = suite_document("s", [first, second])
    assert found["dice"] == {"dice": 3, "notes": []} and found["tasks"] is None and found["games"] == second.to_json()


def test_an_experiment_that_nothing_reports_is_a_sentence(tmp_path: Path) -> None:
    fill(tmp_path / "arena.db")
    with (
        Store.open(tmp_path / "arena.db") as store,
        pytest.raises(
            InputError,
            match=r"run one is of the experiment 'dice\\x1b', which nothing .*people, perplexity, poems, tournament",
        ),
    ):
        reports_of(store, [run_row(experiment="dice\x1b", name="one")])


def test_a_package_whose_report_fails_is_a_sentence(tmp_path: Path, brought: Callable[[Any], None]) -> None:
    def broken(*_: object) -> Report:
        raise ZeroDivisionError("no dice")

    brought(broken)
    fill(tmp_path / "arena.db")
    with (
        Store.open(tmp_path / "arena.db") as store,
        pytest.raises(InputError, match=r"report 'dice'.* brings, fails: ZeroDivisionError: no dice"),
    ):
        reports_of(store, [run_row(experiment="dice", name="one")])
