"""Runs of random numbers among the results, down to a cell's bars."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from arena.store.rows import CellSpec
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.numbers_run import NumbersCellScreen, NumbersRunScreen
from arena.tui.screens.results import ResultsScreen
from tests.support.app import drawn, rows, run, text, toasts, until
from tests.support.commands import arena
from tests.support.specs import numbers_run


def test_from_the_results_down_to_a_cells_bars_and_the_latest_run_opens_the_right_screen(store: Path) -> None:
    arena("numbers", "--subject", "uniform", "--subject", "fixed:7", "--n", "50", "--store", store)
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 2)
        assert "50 answers · seed 0 · finished" in text(app, "title")
        await pilot.press("escape", "o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and rows(app, "runs") == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 2)
        table = app.screen.query_one("#task-cells", DataTable)
        assert [str(value).strip() for value in table.get_row_at(1)] == ["fixed:7", "50", "500.0", "–", "7", "0.0%"]
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, NumbersCellScreen) and "fixed:7" in text(app, "title"))
        await until(pilot, lambda: "7 was drawn 50 times; chance would be 4.5." in text(app, "numbers-facts"))
        await pilot.press("left")
        await until(pilot, lambda: "uniform play" in text(app, "title"))
        for _ in range(3):
            await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


def test_columns_that_do_not_fit_are_left_out_whole_and_come_back(store: Path) -> None:
    subjects = ("uniform", "mix:0=0.125,1=0.125,2=0.125,3=0.125,4=0.5")
    arena("numbers", *(f"--subject={subject}" for subject in subjects), "--n", "50", "--store", store)
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 2)
        table = app.screen.query_one("#task-cells", DataTable)
        await pilot.press("down")
        for width, columns in ((60, 5), (120, 6), (50, 4), (80, 6)):
            await pilot.resize_terminal(width, 24)
            await until(pilot, lambda columns=columns: len(table.columns) == columns and table.row_count == 2)
            await pilot.pause()
            assert table.max_scroll_x == 0 and table.cursor_row == 1
            assert all(f" {str(column.label).strip()} " in drawn(app) for column in table.ordered_columns)

    run(app, script, (100, 24))


@pytest.mark.long
@pytest.mark.model
def test_a_models_cells_show_how_it_was_asked_and_what_exact_mode_found(store: Path) -> None:
    words = ("--model", "gemma-3-270m", "--model", "smollm2-135m-instruct", "--n", "20")
    arena("numbers", *words, "--store", store)
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 2)
        row = [str(value).strip() for value in app.screen.query_one("#task-cells", DataTable).get_row_at(1)]
        assert row[1] == "paper" and float(row[4].replace(",", "")) > 10
        assert "different families" in text(app, "families")
        await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(app.screen, NumbersCellScreen) and "unexplored" in text(app, "numbers-facts")
        )

    run(app, script)


def test_a_task_of_another_kind_is_listed_and_says_that_it_has_no_bars(store: Path) -> None:
    cell = CellSpec("k", "uniform", "", "riddles")
    with Store.open(store, create=True) as opened, opened.begin(numbers_run([cell], 5)):
        pass
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 1)
        await pilot.press("enter")
        await until(pilot, lambda: "no values to count" in toasts(app))

    run(app, script)
