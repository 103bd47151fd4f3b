"""From the runs of a store down to the replay of a round; a run that another process is writing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, SelectionList

from arena.session.listing import listed
from arena.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.replay import ReplayScreen, visible
from arena.tui.screens.results import CellScreen, ResultsScreen
from arena.tui.screens.run import RunScreen
from arena.tui.screens.setup import SetupScreen
from tests.support.app import drawn, rows, run, text, until
from tests.support.commands import arena, begun, count_rounds, wait_for
from tests.support.filled import fill


def tournament(store: Path, *words: str, games: int = 6) -> list[str]:
    return ["tournament", *words, "--games", str(games), "--rounds", "4", "--store", str(store)]


def test_an_empty_store_says_what_to_do(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and "no run yet" in text(app, "empty"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))
        assert not store.exists()

    run(app, script)


def test_runs_of_the_same_players_are_told_apart_by_what_differs(store: Path) -> None:
    for seed in ("0", "1"):
        arena(*tournament(store, "--subject", "uniform", "--seed", seed))
    arena(*tournament(store, "--subject", "fixed:rock"))
    with Store.open(store) as opened:
        who = [one.who for one in listed(opened)]
    assert who == ["fixed:rock", "uniform play, seed 1", "uniform play, seed 0"]


def test_runs_are_filtered_by_words_and_sorted(store: Path) -> None:
    for subject in ("fixed:rock", "fixed:paper", "uniform"):
        arena(*tournament(store, "--subject", subject, games=1))
    app = ArenaApp(store)

    def first() -> str:
        return str(app.screen.query_one("#runs", DataTable).get_row_at(0)[1])

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and rows(app, "runs") == 3)
        await pilot.press("slash", *"PAPER", "enter")
        await until(pilot, lambda: rows(app, "runs") == 1 and "1 of 3" in text(app, "title"))
        assert "paper" in first()
        await pilot.press("escape")
        await until(pilot, lambda: rows(app, "runs") == 3)
        assert first() == "uniform play"
        while "by player" not in text(app, "title"):
            await pilot.press("s")
        assert first() == "fixed:paper"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


@pytest.mark.parametrize(("width", "last"), [(60, "net"), (80, "game or task"), (160, "run")])
def test_columns_that_do_not_fit_are_left_out_whole_and_come_back(store: Path, width: int, last: str) -> None:
    fill(store)
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and rows(app, "runs") == 1)
        table = app.screen.query_one("#runs", DataTable)
        for columns in (width, 160, width):
            await pilot.resize_terminal(columns, 24)
            await until(pilot, lambda columns=columns: table.size.width == columns)
            await pilot.pause()
            shown = [str(column.label) for column in table.ordered_columns]
            assert shown[-1] == (last if columns == width else "run")
            assert table.max_scroll_x == 0 and table.row_count == 1
            assert all(f" {heading} " in drawn(app) for heading in shown)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))

    run(app, script, (width, 24))


def test_down_to_a_bots_round_and_back_up(store: Path) -> None:
    mix = "mix:rock=0.6,paper=0.2,scissors=0.2"
    arena(*tournament(store, "--subject", mix, "--game", "rps"))
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and rows(app, "runs") == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "finished" in text(app, "title"))
        cells = app.screen.query_one("#cells", DataTable)
        assert "done" in str(cells.get_row_at(0)[2]) and "6 of 6" in str(cells.get_row_at(0)[3])
        await pilot.press("t")
        assert app.screen.query_one("#table2").display
        await pilot.press("t", "enter")
        await until(pilot, lambda: isinstance(app.screen, CellScreen) and rows(app, "matches") == 6)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and "round 1 of 4" in text(app, "title"))
        assert "paper was best: it wins with 0.60" in text(app, "replay-line")
        await pilot.press("right", "right", "right", "right", "left", "s")
        assert "round 3 of 4 · the opponent" in text(app, "title")
        for _ in range(4):
            await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script, (120, 40))


@pytest.mark.long
@pytest.mark.model
def test_a_models_round_shows_its_tokens_and_what_they_count_for(store: Path) -> None:
    words = ("--subject", "llm:gemma-3-270m", "--game", "rps")
    arena(*tournament(store, *words, games=1))
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and rows(app, "runs") == 1)
        for screen, table in ((RunScreen, "cells"), (CellScreen, "matches")):
            await pilot.press("enter")
            await until(
                pilot, lambda screen=screen, table=table: isinstance(app.screen, screen) and rows(app, table) == 1
            )
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await until(pilot, lambda: "rock" in text(app, "tokens") and "<bos>" in text(app, "prompt"))
        counted = [line.split() for line in text(app, "tokens").splitlines() if line.strip().endswith(" rock")]
        assert any(words[1:] == ["rock", "rock"] for words in counted)  # " rock" counts for rock
        await pilot.press("i")
        assert text(app, "prompt").startswith("2 ")

    run(app, script)


def test_an_unfinished_run_says_which_matches_count(store: Path) -> None:
    fill(store)
    app = ArenaApp(store, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and rows(app, "cells") == 1)
        assert "53 of 60" in str(app.screen.query_one("#cells", DataTable).get_row_at(0)[3])
        said = "matches 1 to 50 of 60; 3 later ones are finished too and not counted, 1 open."
        await until(pilot, lambda: said in text(app, "counted"))

    run(app, script, (120, 40))


@pytest.fixture
def playing(store: Path) -> Iterator[subprocess.Popen[str]]:
    command = tournament(store, "--subject", "llm:gemma-3-270m", "--game", "rps", games=2000)
    with begun(*command) as process:
        yield process


@pytest.mark.long
@pytest.mark.model
def test_a_run_that_another_process_is_writing_is_followed(store: Path, playing: subprocess.Popen[str]) -> None:
    app = ArenaApp(store, follow="")

    def done() -> int:
        return int(str(app.screen.query_one("#cells", DataTable).get_row_at(0)[3]).split()[0])

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "running" in text(app, "title"))
        await until(pilot, lambda: rows(app, "cells") == 1)
        seen = done()
        await until(pilot, lambda: done() > seen)
        playing.kill()
        playing.wait()
        await until(pilot, lambda: "stopped" in text(app, "title"))

    wait_for(lambda: count_rounds(store), playing)  # the run must be there before it can be followed
    run(app, script, (120, 40))


@pytest.mark.long
@pytest.mark.model
def test_a_tournament_is_set_up_played_paused_and_gone_on_with(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, SetupScreen))
        subjects = app.screen.query_one("#subjects", SelectionList)
        subjects.deselect_all()
        await pilot.press("enter")  # nobody is marked: it says so and stays
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        subjects.select("llm:gemma-3-270m")
        await until(pilot, lambda: not app.screen.query_one("#start").has_class("-active"))  # a button rests a moment
        app.screen.query_one("#matches", Input).value = "60"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "running" in text(app, "title"))
        await pilot.press("space")
        await until(pilot, lambda: "paused" in text(app, "title"))
        await pilot.press("space")
        await until(pilot, lambda: "finished" in text(app, "title"), seconds=180)

    run(app, script, (120, 40))
    listed = arena("runs", "--store", store).stdout
    assert "60 of 60" in listed and "finished" in listed


def test_tokens_are_text_whatever_they_hold() -> None:
    assert visible(" a\n\x1b[31m[bold]") == " a⏎\n\\x1b[31m[bold]"
