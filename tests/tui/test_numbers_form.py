"""The form before the numbers screen: how one comes there, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from arena.backends.weights import catalog
from arena.tui.app import ArenaApp
from arena.tui.screens.numbers_setup import NumbersSetupScreen
from tests.support.app import run, toasts, until
from tests.support.numbers_screen import fill

REFUSED: tuple[tuple[dict[str, object], str], ...] = (
    ({"n": "0"}, "the draws must be a whole number from 1 to 20,000"),
    ({"temperature": "0"}, "temperature must be a number above 0"),
    ({"top_p": "1.5"}, "top-p must be a number above 0 and at most 1"),
    ({"typed": "unifrom"}, "did you mean 'uniform'?"),
    ({"typed": "fixed:12"}, "has no move '12'"),
    ({"typed": "llm:gema-3-270m"}, "did you mean 'gemma-3-270m'?"),
)


def test_what_cannot_be_drawn_is_refused_and_the_form_stays(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        for chosen, said in REFUSED:
            await fill(app, pilot, **chosen)
            await until(pilot, lambda said=said: said in toasts(app))
            assert isinstance(app.screen, NumbersSetupScreen)
            await pilot.press("escape")

    run(app, script)
    assert not store.exists()


def test_a_guest_names_no_files_and_no_servers(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "_in_full", frozenset())  # as close_catalog leaves it for good
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        for typed in ("llm:llama.cpp:/nowhere.gguf", "llm:smollm2-135m-instruct@sglang:http://127.0.0.1:9"):
            await fill(app, pilot, typed=typed)
            await until(pilot, lambda typed=typed: f"{typed[4:]!r}: a guest plays" in toasts(app))
            await pilot.press("escape")

    run(app, script)


def test_the_command_palette_leads_there_too(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        (command,) = [found for found in app.get_system_commands(app.screen) if found.title == "Numbers"]
        command.callback()
        await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))
        await until(pilot, lambda: bool(app.screen.query("#player")))
        app.screen.query_one("#player", Select).value = "human"
        await pilot.pause()
        off = {widget.id for widget in app.screen.query("Select, Input") if widget.disabled}
        assert off == {"variant", "temperature", "top-p", "exact", "seed"}
        assert app.screen.query_one("#n", Input).value == "30"

    run(app, script)


def test_who_only_replies_draws_nothing_and_leads_back_to_the_form(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await fill(app, pilot, typed="greedy")
        await until(pilot, lambda: "it draws nothing by itself" in toasts(app))
        await until(pilot, lambda: isinstance(app.screen, NumbersSetupScreen))

    run(app, script)
