"""A run of an experiment that a package brings is among the results, and opens with its tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

import arena
from arena.tui.app import ArenaApp
from arena.tui.screens.report import ReportScreen
from arena.tui.screens.results import ResultsScreen
from tests.support.app import rows, run, text, until
from tests.support.example import install_example


def test_a_package_s_run_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(install_example(tmp_path / "example")))
    store = tmp_path / "arena.db"
    arena.measure("coins", subjects=["coin:0.9", "coin:0.1"], tosses=20, store=store, progress=False)
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        app.action_open("Results")
        await until(pilot, lambda: bool(app.screen.query("#runs")) and rows(app, "runs") == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen) and bool(app.screen.query("#title")))
        await until(pilot, lambda: "coins · 20 answers" in text(app, "title"))
        await until(pilot, lambda: "coin:0.9" in app.export_screenshot() and "heads" in app.export_screenshot())
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen))

    run(app, script)
