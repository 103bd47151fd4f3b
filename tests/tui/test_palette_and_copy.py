"""What can be done on a screen is in the command palette, and `c` copies what the screen is about."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from arena.session.choice import Choice
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.results import ResultsScreen
from arena.tui.screens.settings import SettingsScreen
from tests.support.app import MIX, my_turn, play, run, text, toasts, until
from tests.support.commands import arena


def commands(app: ArenaApp) -> set[str]:
    return {command.title for command in app.get_system_commands(app.screen)}


def test_an_action_of_the_screen_is_found_and_done(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "more need" in text(app, "models"))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: bool(app.screen.query(CommandList)))
        await pilot.press(*"all models")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and "more need" not in text(app, "models"))

    run(app, script)


def test_a_move_can_be_played_from_it(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 5, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        assert {"play rock", "Copy", "Lobby", "Results", "Theme"} <= commands(app)
        (rock,) = (one for one in app.get_system_commands(app.screen) if one.title == "play rock")
        rock.callback()
        await until(pilot, lambda: "round 2 of" in text(app, "title"))

    run(app, script)


def test_the_lobby_copies_the_command_for_its_match(store: Path) -> None:
    app = ArenaApp(store, lobby=Choice("rps", "fixed:rock", "human", 7, 3))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("c")
        await until(pilot, lambda: bool(app.clipboard))
        assert app.clipboard == ("arena play --game=rps --subject=fixed:rock --opponent=human --rounds=7 --seed=3\n")
        app.screen.query_one("#rounds-input", Input).value = "0"
        await pilot.press("c")
        await until(pilot, lambda: "rounds must be a number" in toasts(app))

    run(app, script)


def test_tables_and_forms_are_copied_as_text(store: Path) -> None:
    arena("tournament", "--subject", MIX, "--game", "rps", "--games", "3", "--rounds", "4", "--store", store)
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and bool(app.screen.query("#runs")))
        await until(pilot, lambda: app.screen.query_one("#runs", DataTable).row_count == 1)
        await pilot.press("c")
        await until(pilot, lambda: "rps" in app.clipboard)
        heading, row = app.clipboard.splitlines()[-2:]
        assert (
            "against" in heading.split("\t")
            and "the greedy reader" in row
            and len(row.split("\t")) == len(heading.split("\t"))
        )
        await pilot.press("escape", "e")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await asyncio.sleep(0.1)
        app.screen.query_one("#theme").focus()
        await pilot.press("c")
        await until(pilot, lambda: "Theme  arena-dark" in app.clipboard)
        await pilot.press("question_mark")
        await pilot.pause(0.1)
        await pilot.press("c")
        await until(pilot, lambda: "determinism: " in app.clipboard)

    run(app, script)


@pytest.mark.parametrize("where", ["match", "ending"])
def test_a_match_and_its_end_are_copied_in_words(store: Path, where: str) -> None:
    app = ArenaApp(store, start=Choice("rps", "fixed:rock", "human", 2, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "p")
        await until(pilot, lambda: my_turn(app) and "round 2" in text(app, "title"))
        if where == "ending":
            await pilot.press("p")
            await until(pilot, lambda: bool(app.screen.query("#ending-card")))
        await pilot.press("c")
        await until(pilot, lambda: bool(app.clipboard))
        assert ("You won 2 to 0" if where == "ending" else "you against") in app.clipboard

    run(app, script)
