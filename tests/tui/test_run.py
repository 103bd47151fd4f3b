"""A run on its screen: whole numbers at every width, only keys that do something, and waiting for a run to begin."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from textual.pilot import Pilot

from arena.experiments.tournament.spec import TournamentSpec
from arena.reports.terminal import terminal
from arena.reports.tournament.runs import read_runs
from arena.reports.tournament.table2 import table2
from arena.reports.words import between
from arena.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.follow import FollowScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.run import RunScreen
from arena.tui.widgets.cell_table import CellTable
from tests.support.app import drawn, rows, run, text, until
from tests.support.filled import fill, games

NUMBER = re.compile(r"[-+]?\d+\.\d+")
LONG = ("llm:llama.cpp:/a/rather/long/path/to/some-model-of-seventy-billion.gguf", "llm:b", "llm:c", "llm:d")


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 40)])
def test_no_number_is_cut_off(store: Path, size: tuple[int, int]) -> None:
    games(store, *LONG)
    with Store.open(store) as opened:
        report = read_runs(opened, opened.run(None))
    console = Console(width=1000, file=StringIO())
    with console.capture() as said:
        console.print(terminal(table2(report), 1000))
    whole = set(NUMBER.findall(said.get()))
    nets = {f"{cell.net.value:+.1f}" for cell in report.cells}
    ends = {between(*cell.net.interval) for cell in report.cells if cell.net.interval is not None}
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and rows(app, "cells") == len(report.cells))
        await pilot.pause()
        shown = drawn(app)
        assert nets <= set(NUMBER.findall(shown)), shown
        assert all(end in shown for end in ends) or size[0] == 60, "an interval is cut off"
        assert app.screen.query_one(CellTable).max_scroll_x == 0, "a column is out of sight"
        await pilot.press("t")
        await pilot.pause()
        table = app.screen.query_one("#table2")
        assert table.display and table.max_scroll_x == 0
        assert set(NUMBER.findall(drawn(app))) <= whole | nets | set(NUMBER.findall(" ".join(ends))), drawn(app)
        if size[0] >= 80:
            assert "0.40" in drawn(app), "determinism isn't there"

    run(app, script, size)


def test_a_wider_terminal_brings_more_columns(store: Path) -> None:
    fill(store)
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and rows(app, "cells") == 1)
        table = app.screen.query_one(CellTable)
        for width, columns in ((60, 4), (120, 7), (80, 5)):
            await pilot.resize_terminal(width, 24)
            await until(pilot, lambda columns=columns: len(table.columns) == columns and table.row_count == 1)
        assert "89%" in str(table.get_row_at(0)[2])  # 107 of 120 rounds

    run(app, script)


def test_only_keys_that_do_something_are_shown(store: Path) -> None:
    fill(store)
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and rows(app, "cells") == 1)
        assert {"t", "f", "escape"} <= set(app.screen.active_bindings)
        assert "space" not in app.screen.active_bindings, "nobody plays it here"

    run(app, script)


def test_pausing_and_going_on_answer_at_once(store: Path) -> None:
    app = ArenaApp(store)
    spec = TournamentSpec(subjects=("uniform",), games=("rps",), matches=20_000, rounds=10)

    async def script(pilot: Pilot[None]) -> None:
        app.push_screen(RunScreen(None, spec))
        await until(pilot, lambda: bool(app.screen.query("#title")) and "running" in text(app, "title"))
        await until(pilot, lambda: "left" in text(app, "title"))
        await pilot.press("space")
        assert "paus" in text(app, "title") and "left" not in text(app, "title")
        await until(pilot, lambda: "paused" in text(app, "title"))
        assert app.screen.active_bindings["space"].binding.description == "Go on"
        await pilot.press("space")
        assert "paused" not in text(app, "title")
        assert app.screen.active_bindings["space"].binding.description == "Pause"
        await until(pilot, lambda: "running" in text(app, "title"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


def test_a_run_that_is_about_to_begin_is_waited_for_and_so_is_the_next(store: Path) -> None:
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, FollowScreen) and "no run yet" in text(app, "waiting"))
        fill(store)
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and rows(app, "cells") == 1)
        first = app.screen
        games(store, "llm:a")
        await until(pilot, lambda: app.screen is not first and isinstance(app.screen, RunScreen))
        await until(pilot, lambda: rows(app, "cells") == 2 and "finished" in text(app, "title"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)
