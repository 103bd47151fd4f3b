"""A person's own history on the screen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from arena.session.choice import MIND_READER, Choice
from arena.session.history import Played, add
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.history import HistoryScreen
from arena.tui.screens.lobby import LobbyScreen
from tests.support.app import drawn, play, rows, run, text, until


def row(app: ArenaApp, at: int = 0) -> list[str]:
    return [str(cell) for cell in app.screen.query_one("#history", DataTable).get_row_at(at)]


def test_finished_matches_count_for_whoever_plays(store: Path, tmp_path: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", "fixed:rock", "human", 2, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "pp")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.press("n")
        await play(pilot, app, "sr")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))
        await pilot.press("h")
        await until(pilot, lambda: bool(app.screen.query("#history")))
        await until(pilot, lambda: rows(app, "history") == 1)
        assert row(app)[:8] == ["fixed:rock", "rps", "1", "0", "1", "+100", "1 lost", "1"]
        assert "2 matches · the last one lost" in text(app, "title")
        await pilot.press("slash", *"Ada", "enter")
        await until(pilot, lambda: rows(app, "history") == 0 and "History · Ada" in text(app, "title"))
        assert "play one to its end" in text(app, "empty")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script, (120, 40))
    again = ArenaApp(tmp_path / "another.db", start=Choice("rps", "fixed:rock", "human", 1, 1))

    async def as_ada(pilot: Pilot[None]) -> None:
        await play(pilot, again, "p")
        await until(pilot, lambda: isinstance(again.screen, EndingScreen))
        await again.push_screen(HistoryScreen())
        await until(pilot, lambda: isinstance(again.screen, HistoryScreen) and rows(again, "history") == 1)
        assert again.screen.query_one("#name", Input).value == "Ada" and row(again)[2:6] == ["1", "0", "0", "+100"]

    run(again, as_ada, (120, 40))


@pytest.mark.parametrize(("width", "last"), [(60, "lost"), (80, "in a row"), (120, "best on")])
def test_columns_that_do_not_fit_are_left_out_whole_and_come_back(store: Path, width: int, last: str) -> None:
    day = datetime(2025, 5, 1, 12, tzinfo=UTC)
    for opponent in ("llm:smollm2-135m-instruct", "markov:2"):
        add(Played("", day, "hide-and-seek", MIND_READER, opponent, 0, 0, 20))
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("h")
        await until(pilot, lambda: bool(app.screen.query("#history")) and rows(app, "history") == 2)
        table = app.screen.query_one("#history", DataTable)
        for columns in (width, 120, width):
            await pilot.resize_terminal(columns, 24)
            await until(pilot, lambda columns=columns: table.size.width == columns)
            await pilot.pause()
            shown = [str(column.label) for column in table.ordered_columns]
            assert shown[-1] == (last if columns == width else "best on")
            assert table.max_scroll_x == 0 and table.row_count == 2
            assert all(f" {heading} " in drawn(app) for heading in shown) and ", mind seen" in drawn(app)

    run(app, script, (width, 24))
