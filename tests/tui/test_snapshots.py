"""Every screen as a picture, at two sizes, the lobby in two themes; with bots, a fixed seed and a fixed day.

`pytest tests/tui --snapshot-update` draws them anew, after a look at what changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from arena.backends.loading import Models
from arena.experiments.experiment import carry_out
from arena.experiments.tournament.cells import TooLong
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.session.choice import Choice
from arena.session.history import Played, add
from arena.session.progress import Silent
from arena.session.show import clock
from arena.store import registry
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.fit import FitScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.screens.run import RunScreen
from arena.tui.screens.settings import SettingsScreen
from tests.support.app import MIX, my_turn, text, until
from tests.support.pictures import SIZES, THEMES, OneDay
from tests.support.tour import show

Script = Callable[[Pilot[None]], Awaitable[None]]

pytestmark = [
    pytest.mark.parametrize("size", SIZES),
    pytest.mark.parametrize("theme", THEMES),
]


@pytest.fixture(autouse=True)
def _same_every_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "datetime", OneDay)


@pytest.mark.parametrize("other", ["", "arena-light"])
def test_lobby(snap_compare: Any, store: Path, size: str, theme: str, other: str) -> None:
    app = ArenaApp(store)
    app.choice = Choice(opponent="human", seed=1)
    app.theme = other or theme
    assert snap_compare(app, terminal_size=SIZES[size])


@pytest.mark.parametrize("opponent", ["human", "human:mind-reader"])
def test_match(snap_compare: Any, store: Path, size: str, theme: str, opponent: str) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, opponent, 20, 1))
    app.theme = theme

    async def script(pilot: Pilot[None]) -> None:
        for number, key in enumerate("rpsrrpss", 1):
            await until(pilot, lambda number=number: my_turn(app) and f"round {number} of" in text(app, "title"))
            await pilot.press(key)
        await until(pilot, lambda: my_turn(app) and "round 9 of" in text(app, "title"))

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


@pytest.mark.parametrize(
    ("opponent", "steps", "keys"),
    [
        ("greedy", 12, ()),
        ("greedy", 12, ("h",)),
        ("uniform", 12, ()),
        ("uniform", 12, ("b",)),
        ("uniform", 9, ()),
        ("uniform", 10, ()),
    ],
    ids=["reader", "histogram", "duel", "large", "closing", "opening"],
)
def test_show(
    snap_compare: Any,
    store: Path,
    size: str,
    theme: str,
    opponent: str,
    steps: int,
    keys: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "SPEEDS", (1e-6,) * 7)  # nothing goes on by itself
    monkeypatch.setattr(clock, "_LONGEST_CARD", 1e6)
    monkeypatch.setattr(clock, "_LONGEST_BEAT", 0.01)
    app = ArenaApp(store, start=Choice("rps", MIX, opponent, 3, 1), watch=True)
    app.theme = theme

    async def script(pilot: Pilot[None]) -> None:
        await show(steps, *keys)(pilot, app)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


@pytest.mark.parametrize("keys", ["", "t", "m", "r", "rs"], ids=["run", "table", "matches", "replay", "other-seat"])
def test_results(snap_compare: Any, store: Path, size: str, theme: str, keys: str) -> None:
    _play(store)
    app = ArenaApp(store, follow="")
    app.theme = theme

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "finished" in text(app, "title"))
        if keys == "t":
            await pilot.press("t")
        elif keys:
            await pilot.press("enter")
            await until(pilot, lambda: bool(app.screen.query("#matches")))
            await until(pilot, lambda: app.screen.query_one("#matches", DataTable).row_count == 20)
        if "r" in keys:
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and "round 1" in text(app, "title"))
            await pilot.press("right", *keys[1:])
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


def test_runs_of_a_store(snap_compare: Any, store: Path, size: str, theme: str) -> None:
    _play(store)
    app = ArenaApp(store)
    app.theme = theme

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: bool(app.screen.query("#runs")))
        await until(pilot, lambda: app.screen.query_one("#runs", DataTable).row_count == 1)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


def test_history(snap_compare: Any, store: Path, size: str, theme: str) -> None:
    day = datetime(2025, 5, 1, 12, tzinfo=UTC)
    for opponent, me, won in (
        ("llm:gemma-3-270m", "human", 9),
        ("markov:2", "human", 4),
        ("llm:gemma-3-270m", "human", 12),
    ):
        add(Played("", day, "rps", me, opponent, won, 3, 17 - won))
    add(Played("", day, "hide-and-seek", "human:mind-reader", "llm:smollm2-135m-instruct", 15, 0, 5))
    app = ArenaApp(store)
    app.theme = theme

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("h")
        await until(pilot, lambda: bool(app.screen.query("#history")))
        await until(pilot, lambda: app.screen.query_one("#history", DataTable).row_count == 3)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


def test_settings(snap_compare: Any, store: Path, size: str, theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SettingsScreen, "places", lambda self: [("results", Path("arena.db"))])
    app = ArenaApp(store)
    app.theme = theme
    assert snap_compare(app, terminal_size=SIZES[size], press=["e"])


def test_too_long(snap_compare: Any, store: Path, size: str, theme: str) -> None:
    app = ArenaApp(store)
    app.theme = theme
    choice = Choice("rps", "llm:some-model", "human", 5000)

    async def script(pilot: Pilot[None]) -> None:
        app.push_screen(FitScreen(choice, TooLong("5,000 rounds", "some-model", 88_934, 8_192, 485)))
        await until(pilot, lambda: isinstance(app.screen, FitScreen))
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


def test_setup(snap_compare: Any, store: Path, size: str, theme: str) -> None:
    app = ArenaApp(store)
    app.theme = theme
    assert snap_compare(app, terminal_size=SIZES[size], press=["t"])


def _play(store: Path) -> None:
    """A small tournament of bots."""

    async def play() -> None:
        models = Models()
        plan = await plan_tournament(TournamentSpec(subjects=(MIX, "uniform"), matches=20, rounds=4), models)
        with Store.open(store, create=True) as opened:
            await carry_out(plan, opened, models, Silent())

    asyncio.run(play())
