"""Drives the screen of random numbers by keys."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Input, Select

from arena.tui.app import ArenaApp
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.screens.numbers_setup import NumbersSetupScreen
from tests.support.app import until


async def fill(app: ArenaApp, pilot: Pilot[None], **chosen: object) -> None:
    """Go from the lobby to the form, fill in these values, and press Enter."""
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))
    await pilot.pause()
    for id_, value in chosen.items():
        widget = app.screen.query_one(f"#{id_.replace('_', '-')}")
        assert isinstance(widget, Select | Input)
        widget.value = value
        await pilot.pause()
    app.screen.query_one("#draw").focus()
    await pilot.press("enter")


async def open_numbers(app: ArenaApp, pilot: Pilot[None], **chosen: object) -> None:
    """The same, then wait for the screen."""
    await fill(app, pilot, **chosen)
    await until(pilot, lambda: isinstance(app.screen, NumbersScreen) and hasattr(app.screen, "drawing"))
