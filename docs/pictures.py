"""Pictures of the app for README and docs, made from the app itself: `make pictures`. Needs Gemma, takes seconds."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from arena.session.choice import Choice
from arena.session.numbers_choice import NumbersChoice
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.match import MatchScreen
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.screens.spectate import SpectateScreen
from arena.tui.widgets.moves import MoveBar

MODEL = "llm:gemma-3-270m"
FOLDER = Path(__file__).parent
SECONDS = 120.0


async def until(pilot: Pilot[None], what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(int(SECONDS / 0.05)):
        if what():
            return
        await pilot.pause(0.05)
    raise TimeoutError(f"it took more than {SECONDS:.0f} s")


def title(app: ArenaApp) -> str:
    """The screen's title line."""
    return str(app.screen.query_one("#title").render())


async def match(store: Path) -> None:
    """A person reads Gemma's mind for nine rounds."""
    app = ArenaApp(store, start=Choice("rps", MODEL, "human:mind-reader", 20, 3))
    async with app.run_test(size=(96, 28)) as pilot:
        for number, key in enumerate("prpspprsp", 1):
            await until(pilot, lambda number=number: f"round {number} of" in title(app) and _my_turn(app))  # type: ignore[misc]
            await pilot.press(key)
        await until(pilot, lambda: "round 10 of" in title(app) and _my_turn(app))
        await pilot.pause(0.2)
        app.save_screenshot("app-match.svg", str(FOLDER))


def _my_turn(app: ArenaApp) -> bool:
    return isinstance(app.screen, MatchScreen) and app.screen.query_one(MoveBar).alive


async def reads_you(store: Path) -> None:
    """A person is read for thirteen rounds, and sees the card at the end of twenty."""
    app = ArenaApp(store, start=Choice("rps", "human", "markov:2", 20, 3))
    async with app.run_test(size=(96, 28)) as pilot:
        for number, key in enumerate("pprpprsprpprsspprspr", 1):
            await until(pilot, lambda number=number: f"round {number} of" in title(app) and _my_turn(app))  # type: ignore[misc]
            if number == 14:
                await pilot.pause(0.2)
                app.save_screenshot("app-reads-you.svg", str(FOLDER))
            await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.pause(0.2)
        app.save_screenshot("app-ending.svg", str(FOLDER))


async def show(store: Path) -> None:
    """Gemma hides, the greedy reader finds it: the eighth game, in large type."""
    await _stage(store, Choice("hide-and-seek", MODEL, "greedy", 10, 3), "game 8 · round 7", ("space", "b"), "large")


async def duel(store: Path) -> None:
    """The two small models against each other: the third game."""
    choice = Choice("rps", MODEL, "llm:smollm2-135m-instruct", 20, 3)
    await _stage(store, choice, "game 3 · round 12", ("space",), "duel")


async def _stage(store: Path, choice: Choice, moment: str, keys: tuple[str, ...], name: str) -> None:
    """A show at a moment that its title tells, after some keys."""
    app = ArenaApp(store, start=choice, watch=True)
    async with app.run_test(size=(96, 28)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SpectateScreen))
        await pilot.press(*["plus"] * 6)
        await until(pilot, lambda: moment in title(app))
        await pilot.press(*keys)
        await pilot.pause(0.2)
        app.save_screenshot(f"app-{name}.svg", str(FOLDER))


async def numbers(store: Path) -> None:
    """Gemma's random integers: two in three of its 1500 draws are behind the picture."""
    app = ArenaApp(store)
    async with app.run_test(size=(96, 28)) as pilot:
        screen = NumbersScreen(NumbersChoice(MODEL))
        await app.push_screen(screen)
        await until(pilot, lambda: screen.stage == "drawing" and screen.drawing.tally.valid > 1000)
        await pilot.press("space")
        await pilot.pause(0.5)
        app.save_screenshot("app-numbers.svg", str(FOLDER))


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            os.environ[name] = folder
        asyncio.run(match(Path(folder) / "match.db"))
        asyncio.run(reads_you(Path(folder) / "reads-you.db"))
        asyncio.run(show(Path(folder) / "show.db"))
        asyncio.run(duel(Path(folder) / "duel.db"))
        asyncio.run(numbers(Path(folder) / "numbers.db"))


if __name__ == "__main__":
    main()
