"""What goes wrong while the app is open: a worker that dies, a match that doesn't fit, text that would act."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Select

from arena.records import Decision, Outcome, Policy, Prompt, Round, Sample, TokenProbability
from arena.session.choice import Choice
from arena.session.preferences import PREFERENCES
from arena.store.rows import Asked, CellSpec
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.fit import FitScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.match import MatchScreen
from arena.tui.screens.notice import NoticeScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.screens.results import CellScreen, ResultsScreen
from arena.tui.screens.run import RunScreen
from arena.tui.screens.settings import SettingsScreen
from tests.support.app import MIX, drawn, my_turn, rows, run, text, toasts, until
from tests.support.commands import workers
from tests.support.specs import tournament_run

GEMMA = "llm:gemma-3-270m"


@pytest.mark.long
@pytest.mark.model
def test_a_worker_that_dies_leaves_a_message_the_rounds_and_a_lobby_from_which_one_plays_on(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", GEMMA, "human", 10, 1))

    async def script(pilot: Pilot[None]) -> None:
        for key in "rp":
            await until(pilot, lambda: my_turn(app))
            await pilot.press(key)
        await until(pilot, lambda: my_turn(app))
        (worker,) = workers(os.getpid())
        os.kill(worker, signal.SIGKILL)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))
        assert "the worker of gemma-3-270m ended: killed by SIGKILL" in toasts(app)
        await pilot.press("enter")
        await until(pilot, lambda: my_turn(app))
        await pilot.press("r")
        await until(pilot, lambda: "round 2 of" in text(app, "title"))

    run(app, script)
    with Store.open(store) as opened:
        rounds = [match for found in opened.runs() for match in opened.matches(opened.cells(found)[0])]
    assert [(match.rounds >= 1, match.state) for match in rounds] == [(True, "abandoned"), (True, "abandoned")]
    assert rounds[0].rounds == 3  # its third move was sealed before it died


@pytest.mark.long
@pytest.mark.model
@pytest.mark.parametrize(("button", "rounds", "history"), [("#fewer", 967, None), ("#shorter", 5000, 483)])
def test_a_match_longer_than_the_context_is_offered_shorter(
    store: Path, button: str, rounds: int, history: int | None
) -> None:
    app = ArenaApp(store, start=Choice("rps", GEMMA, "human", 5000, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, FitScreen) and bool(app.screen.query(button)))
        app.screen.query_one(button, Button).press()
        await until(pilot, lambda: my_turn(app))
        assert isinstance(app.screen, MatchScreen)
        assert (app.screen.choice.rounds, app.screen.choice.history) == (rounds, history)
        await pilot.press("r")
        await until(pilot, lambda: f"round 2 of {rounds}" in text(app, "title"))

    run(app, script)


@pytest.mark.long
@pytest.mark.model
def test_a_match_that_does_not_fit_can_be_left(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", GEMMA, "human", 5000, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, FitScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)
    assert not store.exists()


@pytest.mark.model
def test_loading_is_shown_and_can_be_left_at_once(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", GEMMA, "human", 5, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, MatchScreen) and "gemma-3-270m: " in text(app, "status"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen), 2)

    run(app, script)


EVIL = "[bold red]owned[/] \x1b[31m\x1b]0;owned\x07 \x9b2J\u202e"


def evil_store(path: Path) -> None:
    """A match of a model whose every text would like to be more than text."""
    cell = CellSpec("evil", f"llm:llama.cpp:/{EVIL}.gguf", "human", "rps", Asked(style="base", wording="log"))
    spec = tournament_run([cell], 1, experiment="match", in_order=True)
    answer = Sample(f" rock{EVIL}", (1,), "move")
    prompt = Prompt(EVIL, (1, 2), (TokenProbability(1, -0.5),))
    subject = Decision(Policy((0.5, 0.25, 0.25), 0.9, 0.95), 0, (Sample(EVIL, (3,), "length"), answer), prompt)
    with Store.open(path, create=True) as store:
        writer = store.begin(spec)
        writer.add_round("evil", 0, Round(1, Outcome.TIE, subject, Decision(None, 0)))
        writer.finish_match("evil", 0)
        writer.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE runs SET name = ?", (EVIL,))


def test_what_a_model_says_changes_nothing_but_its_own_text(store: Path) -> None:
    evil_store(store)
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Last (" in text(app, "last"))
        screens = [drawn(app)]
        await pilot.press("o")
        for screen, table in ((ResultsScreen, "runs"), (RunScreen, "cells"), (CellScreen, "matches")):
            await until(
                pilot, lambda screen=screen, table=table: isinstance(app.screen, screen) and rows(app, table) == 1
            )
            await pilot.pause()
            screens.append(drawn(app))
            await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and "answers drawn" in text(app, "tokens"))
        screens.append(drawn(app))
        assert "[bold red]owned[/]" in screens[-1] and r"\x1b[31m" in screens[-1]
        for shown in screens:
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)

    run(app, script, (200, 60))


def test_the_terms_of_weights_stay_until_they_were_seen(store: Path) -> None:
    app = ArenaApp(store)
    seen: list[bool] = []

    async def script(pilot: Pilot[None]) -> None:
        for _ in range(2):  # a model's place is asked for more than once
            await asyncio.to_thread(
                app.models.show, "Terms of use\x1b[2J\n[red]Gemma[/]", lambda: not seen.append(True)
            )
        await until(pilot, lambda: isinstance(app.screen, NoticeScreen))
        await pilot.pause()
        assert "Terms of use" in drawn(app) and "[red]Gemma[/]" in drawn(app) and "\x1b" not in drawn(app)
        assert not seen
        await pilot.press("enter")
        await until(pilot, lambda: seen == [True] and isinstance(app.screen, LobbyScreen))

    run(app, script)


@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
def test_long_terms_can_be_read_to_their_end(store: Path, size: tuple[int, int]) -> None:
    app = ArenaApp(store)
    seen: list[bool] = []

    async def script(pilot: Pilot[None]) -> None:
        terms = "\n".join(f"term {number}." for number in range(1, 60))
        await asyncio.to_thread(app.models.show, terms, lambda: not seen.append(True))
        await until(pilot, lambda: isinstance(app.screen, NoticeScreen) and bool(app.screen.query("#seen")))
        await pilot.pause()
        assert "I have seen this" in drawn(app) and "term 59." not in drawn(app)
        await pilot.press("end")
        await until(pilot, lambda: "term 59." in drawn(app), 10)
        await pilot.press("enter")
        await until(pilot, lambda: seen == [True] and isinstance(app.screen, LobbyScreen))

    run(app, script, size)


def test_settings_are_kept_and_count(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        app.screen.query_one("#theme", Select).value = "arena-contrast"
        app.screen.query_one("#speed", Select).value = 8.0
        threads = app.screen.query_one("#threads", Input)
        threads.focus()
        threads.value = "1"
        await pilot.press("enter")
        threads.value = "-3"
        await pilot.press("enter")
        await until(pilot, lambda: "threads must be a whole number from 0" in toasts(app))
        assert threads.value == "1"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and app.models.settings.threads == 1)

    run(app, script)
    kept = PREFERENCES.read()
    assert (kept.theme, kept.speed, kept.threads) == ("arena-contrast", 8.0, 1)
    assert ArenaApp(store).theme == "arena-contrast"


@pytest.mark.parametrize("damage", ["", "no json", "[]", '{"theme": 3}', '{"theme": "gone"}'])
def test_damaged_settings_are_the_first_ones(store: Path, damage: str) -> None:
    PREFERENCES.path.parent.mkdir(parents=True)
    PREFERENCES.path.write_text(damage)
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 2, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        assert app.theme == "arena-dark"

    run(app, script)


@pytest.mark.long
@pytest.mark.parametrize("look", ["ansi-dark", "ansi-light", "textual-light", "NO_COLOR"])
def test_every_screen_can_be_drawn_in_a_terminals_own_colours_and_in_none(
    store: Path, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if look == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 2, 1))
    if look != "NO_COLOR":
        app.theme = look

    async def script(pilot: Pilot[None]) -> None:
        for key in "rp":
            await until(pilot, lambda: my_turn(app))
            await pilot.press(key)
        await until(pilot, lambda: "over" in text(app, "status"))
        for keys in (("escape",), ("e",), ("escape", "t"), ("escape", "w"), ("b", "h"), ("escape", "o")):
            drawn(app)
            await pilot.press(*keys)
            await pilot.pause(0.3)
        for screen, table in ((ResultsScreen, "runs"), (RunScreen, "cells"), (CellScreen, "matches")):
            await until(pilot, lambda screen=screen, table=table: isinstance(app.screen, screen) and rows(app, table))
            drawn(app)
            await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and "round 1" in text(app, "title"))
        drawn(app)

    run(app, script)
