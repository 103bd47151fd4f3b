"""The screen says what is going on: what wins, whose turn it is, what happened, which keys work and what words mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from arena.session.choice import Choice
from arena.session.glossary import GLOSSARY
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.help import HelpScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.match import MatchScreen
from arena.tui.widgets.keys_footer import KeysFooter, hints
from tests.support.app import MIX, drawn, my_turn, run, text, until


def footer(app: ArenaApp) -> str:
    return "\n".join(drawn(app).splitlines()[-app.screen.query_one(KeysFooter).size.height :])


def spot(app: ArenaApp, words: str) -> tuple[int, int]:
    """Where in the footer some words begin."""
    lines = footer(app).splitlines()
    return next((line.index(words), row) for row, line in enumerate(lines) if words in line)


@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
def test_the_footer_shows_whole_keys_that_work_now_with_enter_help_and_the_way_out(
    store: Path, size: tuple[int, int]
) -> None:
    app = ArenaApp(store)
    app.choice = Choice("rps", MIX, "human", 20, 1)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Help" in footer(app))
        assert "⏎ Play" in footer(app) and "q Quit" in footer(app) and footer(app).rstrip().endswith("? Help")
        await pilot.press("tab")  # from Play to the next button
        await until(pilot, lambda: "⏎ It reads you" in footer(app))
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: my_turn(app) and "⏎ Play the marked move" in footer(app))
        assert "New match" not in footer(app) and "esc Lobby" in footer(app)
        assert footer(app).rstrip().endswith("? Help")  # nothing is cut off

    run(app, script, size)


@pytest.mark.parametrize(
    ("size", "lines", "missing"),
    [((60, 24), 2, ["Settings"]), ((80, 24), 2, []), ((100, 30), 2, []), ((120, 40), 1, [])],
)
def test_keys_that_do_not_fit_into_a_line_go_into_a_second_one(
    store: Path, size: tuple[int, int], lines: int, missing: list[str]
) -> None:
    app = ArenaApp(store)
    app.choice = Choice("rps", MIX, "human", 20, 1)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("tab")  # to the button with the longer name
        await until(pilot, lambda: "⏎ It reads you" in footer(app))
        assert len(footer(app).splitlines()) == lines
        keys = [(hint.does, f" {hint.shown} {hint.does} ") for hint in hints(app.screen)]
        assert [does for does, shown in keys if shown not in f"{footer(app)} "] == missing
        assert footer(app).rstrip().endswith("? Help")
        await pilot.resize_terminal(size[0], 20)  # one that can't spare a second line
        await until(pilot, lambda: len(footer(app).splitlines()) == 1)
        assert all(key in footer(app) for key in ("⏎ It reads you", "q Quit", "? Help"))

    run(app, script, size)


def test_a_click_on_a_key_in_the_footer_presses_it(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "? Help" in footer(app))
        await pilot.click(KeysFooter, offset=spot(app, "? Help"))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and "esc Close" in footer(app))
        await pilot.click(KeysFooter, offset=spot(app, "Close"))
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


def test_help_lists_the_game_s_keys_and_the_words_and_escape_closes_it_first(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        keys, words = text(app, "help-keys"), text(app, "help-words")
        for listed in ("1 r  play rock", "2 p  play paper", "3 s  play scissors", "⏎  Play the marked move"):
            assert listed in keys
        assert "Lobby" in keys and "Copy" in keys and "palette" in keys
        assert all(f"{word}: {meaning}" in words for word, meaning in GLOSSARY.items())
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MatchScreen))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, MatchScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script, (80, 40))


STOPS = ("lobby", "match", "ending")


async def open_help(pilot: Pilot[None], app: ArenaApp, stop: str) -> list[str]:
    """Open the help of a screen; returns what its keys do."""
    if stop != "lobby":
        await pilot.press("enter")
        await until(pilot, lambda: my_turn(app))
    if stop == "ending":
        await pilot.press("r")
        await until(pilot, lambda: "over" in text(app, "status"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
    does = [said for _, said in app._keys()]
    await pilot.press("question_mark")
    await until(pilot, lambda: isinstance(app.screen, HelpScreen) and bool(app.screen.query("#help-keys")))
    await pilot.pause()
    return does


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
def test_help_can_be_scrolled_to_its_last_line(store: Path, size: tuple[int, int], stop: str) -> None:
    app = ArenaApp(store, lobby=Choice("rps", MIX, "human", 1, 1))
    last = list(GLOSSARY.values())[-1].split()[-1]

    async def script(pilot: Pilot[None]) -> None:
        await open_help(pilot, app, stop)
        assert last not in drawn(app)
        await pilot.press("end")
        await until(pilot, lambda: last in drawn(app), 10)

    run(app, script, size)


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("width", [60, 80, 100])
def test_help_is_wrapped_and_never_cut(store: Path, width: int, stop: str) -> None:
    app = ArenaApp(store, lobby=Choice("rps", MIX, "human", 1, 1))

    async def script(pilot: Pilot[None]) -> None:
        does = await open_help(pilot, app, stop)
        shown = drawn(app)
        assert "…" not in shown and {word for said in does for word in said.split()} <= set(shown.split())

    run(app, script, (width, 60))


def test_the_verdict_stays_and_one_line_says_what_wins(store: Path) -> None:
    app = ArenaApp(store, start=Choice("hide-and-seek", "fixed:garden", "human", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        assert text(app, "aim") == "You seek: you win if you look in the spot where it hides."
        assert text(app, "status") == "your move"
        await pilot.press("3")
        await until(pilot, lambda: my_turn(app) and "round 2 of" in text(app, "title"))
        assert text(app, "verb") == "found\nyou won" and text(app, "status") == "your move"
        await pilot.pause(0.6)  # longer than the clock of "thinking" takes to tick
        assert text(app, "verb") == "found\nyou won"
        legend = text(app, "legend")
        assert all(mark in legend for mark in ("W won", "T tied", "L lost", "chance", "how foreseeable you are"))

    run(app, script)
