"""Pictures of the app's screens for README and docs, made from the app itself: `make pictures`. Needs both small
models, and takes a minute or two."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.command import CommandList
from textual.widgets import DataTable

from arena.experiments.tournament.spec import TournamentSpec
from arena.session.choice import Choice
from arena.session.history import Played, add
from arena.session.numbers_choice import NumbersChoice
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.screens.run import RunScreen
from arena.tui.screens.settings import SettingsScreen
from arena.tui.screens.spectate import SpectateScreen
from tests.support.app import my_turn, play, rows, text, until

GEMMA, SMOLLM = "llm:gemma-3-270m", "llm:smollm2-135m-instruct"
FOLDER = Path(__file__).parent
SIZE = (96, 28)


def take(app: ArenaApp, name: str) -> None:
    """Take a picture of the screen as it is now."""
    app.save_screenshot(f"app-{name}.svg", str(FOLDER))
    print(name, file=sys.stderr)


async def lobby(store: Path) -> None:
    """The lobby, and an action looked for in the command palette."""
    app = ArenaApp(store, lobby=Choice("rps", GEMMA, "human", 20))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "ready" in text(app, "models"))
        await pilot.pause(0.2)
        take(app, "lobby")
        await pilot.press("ctrl+p", *"re")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count > 2)
        await pilot.press("down", "down")
        await pilot.pause(0.2)
        take(app, "palette")


async def match(store: Path) -> None:
    """A person reads Gemma's mind for nine rounds."""
    app = ArenaApp(store, start=Choice("rps", GEMMA, "human:mind-reader", 20, 3))
    async with app.run_test(size=SIZE) as pilot:
        await play(pilot, app, "prpspprsp")
        await until(pilot, lambda: "round 10 of" in text(app, "title") and my_turn(app))
        await pilot.pause(0.2)
        take(app, "match")
        await pilot.press("question_mark")
        await pilot.pause(0.2)
        take(app, "help")


async def reads_you(store: Path) -> None:
    """A person is read for thirteen rounds, sees the card at the end of twenty, and looks back."""
    app = ArenaApp(store, start=Choice("rps", "human", "markov:2", 20, 3))
    async with app.run_test(size=SIZE) as pilot:
        await play(pilot, app, "pprpprpprsppr")
        await until(pilot, lambda: "round 14 of" in text(app, "title") and my_turn(app))
        await pilot.pause(0.2)
        take(app, "reads-you")
        await play(pilot, app, "pprsppr", first=14)
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.pause(0.2)
        take(app, "ending")


async def show(store: Path) -> None:
    """Gemma hides, the greedy reader finds it: the eighth game, in large type."""
    await _stage(store, Choice("hide-and-seek", GEMMA, "greedy", 10, 3), "game 8 · round 7", ("space", "b"), "large")


async def duel(store: Path) -> None:
    """The two small models against each other: the third game."""
    await _stage(store, Choice("rps", GEMMA, SMOLLM, 20, 3), "game 3 · round 12", ("space",), "duel")


async def _stage(store: Path, choice: Choice, moment: str, keys: tuple[str, ...], name: str) -> None:
    """A show at a moment that its title tells, after some keys."""
    app = ArenaApp(store, start=choice, watch=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SpectateScreen))
        await pilot.press(*["plus"] * 6)
        await until(pilot, lambda: moment in text(app, "title"), 300)
        await pilot.press(*keys)
        await pilot.pause(0.2)
        take(app, name)


async def tournament(store: Path) -> None:
    """Both models in both games: while it runs, what the store then holds, and a round of it."""
    app = ArenaApp(store)
    async with app.run_test(size=SIZE) as pilot:
        spec = TournamentSpec(subjects=(GEMMA, SMOLLM), games=("rps", "hide-and-seek"), matches=60, rounds=10)
        app.push_screen(RunScreen(None, spec))
        await until(pilot, lambda: bool(app.screen.query("#cells")) and rows(app, "cells") == 4)
        await until(pilot, lambda: _is_half_way(app), 300)
        await pilot.pause(0.2)
        take(app, "run")
        await until(pilot, lambda: "finished" in text(app, "title"), 600)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#matches")) and rows(app, "matches") == 60)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and "round 1" in text(app, "title"))
        await pilot.press("right", "right", "right")
        await until(pilot, lambda: "round 4" in text(app, "title"))
        await until(pilot, lambda: "rock" in text(app, "tokens").partition("likeliest")[2], 300)  # their texts
        await pilot.pause(0.2)
        take(app, "replay")


def _is_half_way(app: ArenaApp) -> bool:
    """Whether a cell is done, and the next one has been going for a while."""
    table = app.screen.query_one("#cells", DataTable)
    cells = [str(table.get_row_at(at)[2]) for at in range(table.row_count)]
    return "done" in cells[0] and any(int(cell.split()[-1][:-1]) >= 30 for cell in cells[1:] if cell.endswith("%"))


async def results(store: Path) -> None:
    """What a store holds after an evening: a tournament, a show, matches, numbers."""
    app = ArenaApp(store)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: bool(app.screen.query("#runs")) and rows(app, "runs") > 0)
        await pilot.press("down")
        await pilot.pause(0.2)
        take(app, "results")


async def history(store: Path) -> None:
    """A fortnight of somebody's matches."""
    day = datetime.now(UTC) - timedelta(days=14)
    played = (
        ("rps", "human", "markov:2", 5, 4, 11),
        ("rps", "human", "markov:2", 7, 5, 8),
        ("rps", "human", GEMMA, 9, 5, 6),
        ("rps", "human:mind-reader", GEMMA, 16, 1, 3),
        ("rps", "human", "iocaine", 7, 6, 7),
        ("hide-and-seek", "human", SMOLLM, 6, 0, 14),
        ("rps", "human", GEMMA, 11, 3, 6),
        ("rps", "human", "markov:2", 8, 6, 6),
    )
    for number, (game, me, other, won, tied, lost) in enumerate(played):
        add(Played("", day + timedelta(days=1.7 * number), game, me, other, won, tied, lost))
    app = ArenaApp(store)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("h")
        await until(pilot, lambda: bool(app.screen.query("#history")) and rows(app, "history") > 0)
        await pilot.pause(0.2)
        take(app, "history")


async def settings(store: Path) -> None:
    """The settings, in the light theme."""
    home = Path("~")
    names = ("results", "settings", "keys, themes", "your models")
    paths = ("arena.db", ".config/arena/app.json", ".config/arena/app.toml", ".config/arena/models.toml")
    SettingsScreen.places = lambda self: [(name, home / path) for name, path in zip(names, paths, strict=True)]  # type: ignore[method-assign]
    app = ArenaApp(store)
    async with app.run_test(size=SIZE) as pilot:
        app.theme = "arena-light"
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))
        await pilot.press("e")
        await pilot.pause(0.2)
        take(app, "settings")


async def numbers(store: Path) -> None:
    """Gemma's random integers: two in three of its 1500 draws are behind the picture."""
    app = ArenaApp(store)
    async with app.run_test(size=SIZE) as pilot:
        screen = NumbersScreen(NumbersChoice(GEMMA))
        await app.push_screen(screen)
        await until(pilot, lambda: screen.stage == "drawing" and screen.drawing.tally.valid > 1000, 300)
        await pilot.press("space")
        await pilot.pause(0.5)
        take(app, "numbers")


SCENES: dict[str, Any] = {
    "lobby": lobby,
    "match": match,
    "reads-you": reads_you,
    "show": show,
    "duel": duel,
    "tournament": tournament,
    "numbers": numbers,
    "results": results,
    "history": history,
    "settings": settings,
}


def main(chosen: list[str]) -> None:
    """Make those, or all of them. What the store of the results holds was made by those before."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            os.environ[name] = folder
        for name in chosen or SCENES:
            asyncio.run(SCENES[name](Path(folder) / "arena.db"))


if __name__ == "__main__":
    main(sys.argv[1:])
