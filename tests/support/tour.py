"""All screens of the app, each with something on it, reached as a person reaches it; with bots alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Button, DataTable

from arena.errors import UsageError
from arena.experiments.poems.lots import LotsSpec
from arena.experiments.tournament.cells import TooLong
from arena.session.choice import Choice
from arena.session.history import Played, add
from arena.session.judging import JudgeChoice
from arena.session.numbers_choice import NumbersChoice
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.fit import FitScreen
from arena.tui.screens.follow import FollowScreen
from arena.tui.screens.help import HelpScreen
from arena.tui.screens.leave import LeaveScreen
from arena.tui.screens.notice import NoticeScreen
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.screens.report import ReportScreen
from arena.tui.screens.run import RunScreen
from tests.support.app import MIX, my_turn, play, stage, text, until
from tests.support.filled import fill, games, numbers
from tests.support.judging import contest_at

Script = Callable[[Pilot[None], ArenaApp], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    """A screen: how the app is started, what lies in its store, and what a person does to get there."""

    go: Script
    options: dict[str, Any] = field(default_factory=dict)
    store: Callable[[Path], object] = lambda path: None

    def app(self, path: Path) -> ArenaApp:
        """The app before anything is done."""
        self.store(path)
        return ArenaApp(path, **self.options)


async def _stay(pilot: Pilot[None], app: ArenaApp) -> None:
    await pilot.pause()


def _press(*keys: str) -> Script:
    async def go(pilot: Pilot[None], app: ArenaApp) -> None:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
        await pilot.pause()

    return go


async def _rounds(pilot: Pilot[None], app: ArenaApp) -> None:
    await play(pilot, app, "rpsr")
    await until(pilot, lambda: my_turn(app) and "round 5 of" in text(app, "title"))


def _and_then(first: Script, key: str, there: Callable[[ArenaApp], object]) -> Script:
    async def go(pilot: Pilot[None], app: ArenaApp) -> None:
        await first(pilot, app)
        await pilot.press(key)
        await until(pilot, lambda: bool(there(app)))
        await pilot.pause()

    return go


async def _end(pilot: Pilot[None], app: ArenaApp) -> None:
    await play(pilot, app, "rps")
    await until(pilot, lambda: isinstance(app.screen, EndingScreen) or "over" in text(app, "status"))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, EndingScreen))


def show(steps: int, *keys: str) -> Script:
    """Some steps into a show at which nothing goes on by itself; five lead from a game to the next."""

    async def go(pilot: Pilot[None], app: ArenaApp) -> None:
        def at() -> tuple[bool, str]:
            return app.screen.has_class("card"), text(app, "title").partition(" of ")[0]

        await until(pilot, lambda: at()[0])
        for _ in range(steps):
            before = at()
            await pilot.press("full_stop")
            await until(pilot, lambda before=before: at() != before)
        await pilot.press(*keys)
        await pilot.pause()

    return go


def _at_run(*keys: str, until_rows: str = "cells") -> Script:
    async def go(pilot: Pilot[None], app: ArenaApp) -> None:
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and bool(app.screen.query("#cells")))
        await until(pilot, lambda: app.screen.query_one("#cells", DataTable).row_count > 0)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)
        if until_rows != "cells":
            await until(pilot, lambda: bool(app.screen.query(f"#{until_rows}")))
            await until(pilot, lambda: app.screen.query_one(f"#{until_rows}", DataTable).row_count > 0)
        await pilot.pause()

    return go


def _push(make: Callable[[ArenaApp], Any], there: Callable[[ArenaApp], object] = lambda app: True) -> Script:
    async def go(pilot: Pilot[None], app: ArenaApp) -> None:
        await pilot.pause()
        app.push_screen(make(app))
        await pilot.pause()
        await until(pilot, lambda: bool(there(app)))
        await pilot.pause()

    return go


async def _toasts(pilot: Pilot[None], app: ArenaApp) -> None:
    await pilot.pause()
    app.say("a notice")
    app.notify("a warning", title="With a title", severity="warning")
    app.refuse(UsageError("what went wrong"))
    await pilot.pause(0.1)


async def _palette(pilot: Pilot[None], app: ArenaApp) -> None:
    await pilot.pause()
    await pilot.press("ctrl+p")
    await until(pilot, lambda: bool(app.screen.query(CommandList)))
    await pilot.press(*"set")
    await until(pilot, lambda: app.screen.query_one(CommandList).option_count > 0)
    await pilot.press("down")


async def _judge(pilot: Pilot[None], app: ArenaApp) -> None:
    await pilot.press("enter", "left", "right")
    await pilot.pause()


def _history(path: Path) -> None:
    for won in (9, 12):
        add(Played("", datetime(2025, 5, 1, 12, tzinfo=UTC), "rps", "human", "markov:2", won, 3, 17 - won))


def _contest(path: Path) -> None:
    contest_at(path, LotsSpec(topics=("coffee",), axes=("preference",), per_author=2, appearances=2, again=2))


_BOT = {"start": Choice("rps", MIX, "human", 20, 1)}
_SHOW = {"start": Choice("rps", MIX, "uniform", 3, 1), "watch": True}
_READ = {"start": Choice("rps", MIX, "greedy", 3, 1), "watch": True}
_SHORT = {"start": Choice("rps", "human", "markov:2", 3, 1)}
_LOBBY = {"lobby": Choice("rps", MIX, "human", 20, 1)}
_TOO_LONG = (Choice("rps", "llm:some-model", "human", 5000), TooLong("5,000 rounds", "some-model", 88_934, 8_192, 485))

STOPS: dict[str, Stop] = {
    "lobby": Stop(_press("m"), _LOBBY),
    "lobby, choosing": Stop(_press("shift+tab", "shift+tab", "shift+tab", "shift+tab", "enter"), _LOBBY),
    "toasts": Stop(_toasts, _LOBBY),
    "palette": Stop(_palette, _LOBBY),
    "match": Stop(_rounds, _BOT),
    "mind-reader": Stop(_rounds, {"start": Choice("rps", MIX, "human:mind-reader", 20, 1)}),
    "it reads you": Stop(_rounds, {"start": Choice("rps", "human", "markov:2", 20, 1)}),
    "leaving": Stop(
        _and_then(
            _rounds, "escape", lambda app: isinstance(app.screen, LeaveScreen) and isinstance(app.focused, Button)
        ),
        _BOT,
    ),
    "help": Stop(_and_then(_rounds, "question_mark", lambda app: isinstance(app.screen, HelpScreen)), _BOT),
    "ending": Stop(_end, _SHORT),
    "replay": Stop(
        _and_then(_end, "d", lambda app: isinstance(app.screen, ReplayScreen) and "round 1" in text(app, "title")),
        _SHORT,
    ),
    "show, title card": Stop(show(0), _SHOW),
    "show, duel": Stop(show(2), _SHOW),
    "show, large type": Stop(show(2, "b"), _SHOW),
    "show, histograms": Stop(show(2, "h"), _SHOW),
    "show, closing card": Stop(show(4), _SHOW),
    "show, a mind read": Stop(show(7), _READ),
    "tournament": Stop(_press("t"), _LOBBY),
    "run": Stop(_at_run(), {"follow": ""}, fill),
    "table 2": Stop(_at_run("t"), {"follow": ""}, lambda path: games(path, "llm:a", "llm:b")),
    "cell": Stop(_at_run("enter", until_rows="matches"), {"follow": ""}, fill),
    "waiting for a run": Stop(_push(lambda app: FollowScreen(), lambda app: "no run" in text(app, "waiting"))),
    "audience": Stop(_stay, {"audience": "here"}),
    "results": Stop(_press("o", "slash", "r"), _LOBBY, fill),
    "history": Stop(_press("h"), _LOBBY, _history),
    "settings": Stop(_press("e"), _LOBBY),
    "numbers, setup": Stop(_press("n"), _LOBBY),
    "numbers": Stop(
        _push(
            lambda app: NumbersScreen(NumbersChoice("uniform", n=200)),
            lambda app: stage(app) == "done" and "· done" in text(app, "title"),
        ),
        _LOBBY,
    ),
    "numbers of a person": Stop(
        _push(lambda app: NumbersScreen(NumbersChoice("human", n=30)), lambda app: stage(app) == "drawing"), _LOBBY
    ),
    "report": Stop(_push(lambda app: ReportScreen(None)), _LOBBY, numbers),
    "poems, setup": Stop(_press("j"), _LOBBY, _contest),
    "poems, question": Stop(_stay, {"judge": JudgeChoice("Ann")}, _contest),
    "poems": Stop(_judge, {"judge": JudgeChoice("Ann")}, _contest),
    "too long": Stop(_push(lambda app: FitScreen(*_TOO_LONG)), _LOBBY),
    "notice": Stop(_push(lambda app: NoticeScreen("The terms.\nRead them.")), _LOBBY),
}
