"""A person's own keys and themes, and a theme that is picked anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandList
from textual.pilot import Pilot

from arena.backends.weights import catalog
from arena.session.own_settings import own_settings, own_settings_path
from arena.session.preferences import PREFERENCES
from arena.tui.app import ArenaApp
from arena.tui.own_keys import ACTIONS, own_keys
from arena.tui.own_themes import own_themes
from arena.tui.screens.history import HistoryScreen
from arena.tui.screens.lobby import LobbyScreen
from tests.support.app import drawn, run, toasts, until

GOOD = """
[keys.lobby]
history = "f2,y"

[keys.match]
copy = "ctrl+y"

[themes.sea]
primary = "#0af"
background = "rgb(0,10,20)"

[themes.sand]
dark = false
"""


def write(text: str) -> None:
    own_settings_path().parent.mkdir(parents=True)
    own_settings_path().write_text(text)


def test_own_keys_replace_the_usual_ones(store: Path) -> None:
    write(GOOD)
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        for key in ("f2", "y"):
            await pilot.press("h")  # no longer a key
            await pilot.pause()
            assert isinstance(app.screen, LobbyScreen)
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, LobbyScreen))
        await until(pilot, lambda: "f2 History" in drawn(app))

    run(app, script, (140, 24))
    assert not toasts(app)


def test_own_themes_can_be_chosen_and_are_kept(store: Path) -> None:
    write(GOOD)
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        app.theme = "sea"  # as the command palette does
        await pilot.pause()
        assert app.theme_variables["primary"] == "#00AAFF" and app.theme_variables["secondary"]
        assert app.available_themes["sand"].background == app.available_themes["arena-light"].background

    run(app, script)
    assert PREFERENCES.read().theme == "sea" and ArenaApp(store).theme == "sea"


def test_a_theme_picked_in_the_command_palette_is_kept(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        app.search_themes()
        await until(pilot, lambda: bool(app.screen.query(CommandList)))
        await pilot.press(*"arena-contrast")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "arena-contrast")

    run(app, script)
    assert PREFERENCES.read().theme == "arena-contrast"


def test_a_guest_changes_no_settings_of_their_host(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "_in_full", frozenset[str]())  # as `arena web` has it, which others share
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        app.theme = "arena-light"
        await pilot.pause()
        assert app.preferences.theme == "arena-light"

    run(app, script)
    assert not PREFERENCES.path.exists()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[keys.lobby]\nhistory = \n", "", "isn't TOML"),
        ("\n[kes.lobby]\n", "line 2", "did you mean 'keys'?"),
        ("keys = 3\n", "line 1", "[keys.NAME]"),
        ('[keys]\nlobby = "x"\n', "line 2", "write [keys.lobby]"),
        ("[keys.loby]\n", "line 1", "did you mean 'lobby'?"),
        ('[keys.lobby]\nhistry = "z"\n', "line 2", "did you mean 'history'?"),
        ("[keys.lobby]\nhistory = 3\n", "line 2", "must be text"),
        ('[keys.lobby]\nhistory = "ctl+x"\n', "line 2", "'ctl+x' is no key"),
        ('[keys.lobby]\nhistory = ""\n', "line 2", "'' is no key"),
        ('[keys.lobby]\n\nhistory = "o"\n', "line 3", "o is the key of results"),
        ('[themes.arena-dark]\nprimary = "red"\n', "line 1", "another name"),
        ('[themes.sea]\nprimry = "red"\n', "line 2", "did you mean 'primary'?"),
        ('[themes.sea]\nprimary = "#12"\n', "line 2", "must be a colour"),
        ("[themes.sea]\nprimary = 7\n", "line 2", "must be a colour"),
        ("[themes.sea]\ndark = 1\n", "line 2", "true or false"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_rest_counts(text: str, line: str, said: str) -> None:
    write(text)
    found = own_settings()
    assert own_keys(found) == {}
    list(own_themes(found, {"arena-dark"}))
    (fault,) = found.faults
    assert said in fault and line in fault and str(own_settings_path()) in fault


def test_a_mistake_is_shown_when_the_app_opens(store: Path) -> None:
    write(GOOD.replace("history", "histroy"))
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "did you mean 'history'?" in toasts(app))
        assert "sea" in app.available_themes

    run(app, script)


def test_two_actions_can_swap_their_keys() -> None:
    write('[keys.lobby]\nhistory = "o"\nresults = "h"\n')
    found = own_settings()
    assert own_keys(found) == {"lobby.history": "o", "lobby.results": "h"} and not found.faults


def test_the_docs_name_every_screen() -> None:
    page = (Path(__file__).parents[2] / "docs" / "app.md").read_text()
    assert all(f"`{place}`" in page for place in ACTIONS)
