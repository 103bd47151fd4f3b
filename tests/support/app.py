"""Drives the app by keys without a terminal, and reads what its screens show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Button, DataTable, Static

from arena.tui.app import ArenaApp
from arena.tui.screens.leave import LeaveScreen
from arena.tui.screens.match import MatchScreen
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.widgets.moves import MoveBar

MIX = "mix:rock=0.6,paper=0.2,scissors=0.2"


def run(app: ArenaApp, script: Callable[[Pilot[None]], Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    async def go() -> None:
        async with app.run_test(size=size) as pilot:
            await script(pilot)

    asyncio.run(go())


async def until(pilot: Pilot[None], what: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds; fail if it never does."""
    for _ in range(int(seconds / 0.02)):
        if what():
            return
        await pilot.pause(0.02)
    raise AssertionError("it never came to be")


def text(app: ArenaApp, id_: str) -> str:
    return str(app.screen.query_one(f"#{id_}", Static).render())


def my_turn(app: ArenaApp) -> bool:
    return isinstance(app.screen, MatchScreen) and app.screen.query_one(MoveBar).alive


async def play(pilot: Pilot[None], app: ArenaApp, keys: Iterable[str], first: int = 1) -> None:
    """Play a move in each round from `first` on, once it is that round's turn: a key pressed twice in one is lost."""
    for number, key in enumerate(keys, first):
        await until(pilot, lambda number=number: my_turn(app) and f"round {number} of" in text(app, "title"))
        await pilot.press(key)


async def leave_match(pilot: Pilot[None], app: ArenaApp) -> None:
    """Leave a match in which rounds were played, which is asked about first."""
    await pilot.press("escape")
    await until(pilot, lambda: isinstance(app.screen, LeaveScreen) and isinstance(app.focused, Button))
    await pilot.press("enter")


def rows(app: ArenaApp, id_: str) -> int:
    return app.screen.query_one(f"#{id_}", DataTable).row_count


def toasts(app: ArenaApp) -> str:
    return " ".join(toast.message for toast in app._notifications)


def drawn(app: App[None]) -> str:
    """All text on the screen, as it would be sent to a terminal without the app's own styles."""
    width, height = app.size
    lines = app.screen._compositor.render_strips(app.size)
    assert len(lines) == height and width
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


def stage(app: ArenaApp) -> str:
    return app.screen.stage if isinstance(app.screen, NumbersScreen) and hasattr(app.screen, "drawing") else ""
