"""The lobby: what it offers, a model that is typed, and the loading of models while a person still chooses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from arena.backends.weights import catalog
from arena.session.choice import Choice
from arena.tui.app import ArenaApp
from arena.tui.screens import lobby
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.lobby import LobbyScreen
from tests.support.app import MIX, drawn, my_turn, play, run, text, toasts, until
from tests.support.commands import workers

GEMMA = "llm:gemma-3-270m"


def chosen(app: ArenaApp, id_: str) -> str:
    return str(app.screen.query_one(f"#{id_}", Select).value)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (200, 60)])
def test_it_says_what_to_press_and_what_can_play(store: Path, size: tuple[int, int]) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.pause()
        shown = " ".join(drawn(app).split())
        assert "Enter plays; ? lists all keys" in shown and "⏎ Play" in shown and "(m lists them)" in shown

    run(app, script, size)


def test_models_that_cannot_play_are_behind_one_line_and_no_choice_until_they_are_asked_for(store: Path) -> None:
    app = ArenaApp(store, lobby=Choice(subject=MIX))
    known = catalog.catalog()
    needing = [name for name, entry in known.items() if entry.weights.startswith("hub:")]
    assert needing

    def offered() -> set[str]:
        select: Select[str] = app.screen.query_one("#subject", Select)
        return {str(value) for _, value in select._options}

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "more need" in text(app, "models"))
        assert needing[0] not in text(app, "models") and f"llm:{needing[0]}" not in offered()
        await pilot.press("m")
        await pilot.pause()
        assert all(name in text(app, "models") and f"llm:{name}" in offered() for name in needing)
        marks = [line.split()[0] for line in text(app, "models").splitlines()[1:]]
        assert marks == sorted(marks, key="●◐○".index)  # those that can play come first
        await pilot.press("m")
        await pilot.pause()
        assert f"llm:{needing[0]}" not in offered()

    run(app, script)


def test_a_match_of_one_round_is_spoken_of_in_the_singular(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", "fixed:rock", "human", 1, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "p")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and "replays it" in text(app, "last"))
        assert text(app, "last").endswith("net +100, 1 round")

    run(app, script)


def test_a_path_is_completed_and_the_model_seated(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").mkdir()
    for name in ("mine-4b.gguf", "notes.txt"):
        (tmp_path / "weights" / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    app = ArenaApp(store, lobby=Choice(subject=MIX))

    async def script(pilot: Pilot[None]) -> None:
        field = app.screen.query_one("#own-model", Input)
        field.focus()
        for typed, whole in (("./w", "./weights/"), ("m", "./weights/mine-4b.gguf")):
            await pilot.press(*typed)
            await until(pilot, lambda whole=whole: field._suggestion == whole)
            await pilot.press("tab")
            assert field.value == whole and field.has_focus
        await pilot.press("enter")
        await until(pilot, lambda: chosen(app, "subject").startswith("llm:llama.cpp:"))
        assert chosen(app, "subject") == f"llm:llama.cpp:{tmp_path}/weights/mine-4b.gguf"
        assert text(app, "subject-state") == "ready, is measured" and app.focused is app.screen.query_one("#play")
        field.focus()
        await pilot.press("tab")  # nothing is suggested: the next field
        assert not field.has_focus

    run(app, script)


def test_a_typed_model_sits_opposite_the_person(store: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").write_bytes(b"")
    app = ArenaApp(store, lobby=Choice(subject="human", opponent="uniform"))

    async def script(pilot: Pilot[None]) -> None:
        field = app.screen.query_one("#own-model", Input)
        field.focus()
        for wrong, said in (
            ("http://rig:30000", "say what serves at"),
            ("./none.gguf", "file not found"),
            ("gema-3-270m", "did you mean"),
        ):
            field.value = wrong
            await pilot.press("enter")
            await until(pilot, lambda said=said: said in toasts(app))
        field.value = str(tmp_path / "mine.gguf")
        await pilot.press("enter")
        await until(pilot, lambda: "mine.gguf" in chosen(app, "opponent"))
        assert chosen(app, "subject") == "human"

    run(app, script)


def test_a_guest_has_no_place_to_type_a_path(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "_in_full", frozenset[str]())  # as `arena web` has it, which others share
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.pause()
        assert isinstance(app.screen, LobbyScreen) and not app.screen.query("#own-model")

    run(app, script)


@pytest.mark.long
@pytest.mark.model
def test_the_chosen_model_loads_meanwhile_and_ends_when_it_is_no_longer_chosen(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lobby, "CHOSEN_SECONDS", 0.05)
    app = ArenaApp(store, lobby=Choice(subject=GEMMA, opponent="human", rounds=2))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: bool(workers(os.getpid())))  # another choice while it loads
        app.screen.query_one("#subject", Select).value = "uniform"
        await until(pilot, lambda: not workers(os.getpid()))
        app.screen.query_one("#subject", Select).value = GEMMA
        await until(pilot, lambda: bool(app.models._loaded))  # another choice once it is loaded
        app.screen.query_one("#subject", Select).value = "uniform"
        await until(pilot, lambda: not workers(os.getpid()) and not app.models._loaded)
        app.screen.query_one("#subject", Select).value = GEMMA
        await until(pilot, lambda: bool(workers(os.getpid())))
        (worker,) = workers(os.getpid())
        await pilot.press("enter")
        await until(pilot, lambda: my_turn(app))
        assert workers(os.getpid()) == [worker]  # it was loaded once

    run(app, script)
    assert not workers(os.getpid())
