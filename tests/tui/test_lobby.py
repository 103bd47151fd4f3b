"""The lobby: what it offers, a model that is typed, and the loading of models while a person still chooses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Select

from arena.backends.weights import catalog
from arena.session.choice import Choice
from arena.tui.app import ArenaApp
from arena.tui.screens import lobby
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.help import HelpScreen
from arena.tui.screens.history import HistoryScreen
from arena.tui.screens.lobby import LobbyScreen
from tests.support.app import MIX, drawn, leave_match, my_turn, play, run, text, toasts, until
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


@pytest.mark.parametrize("id_", ["rounds-input", "seed-input", "share-input"])
def test_a_field_for_numbers_leaves_all_other_keys_to_the_screen(store: Path, id_: str) -> None:
    app = ArenaApp(store, lobby=Choice(subject=MIX, seed=1, mix="gemma-3-270m=0.2"))

    async def script(pilot: Pilot[None]) -> None:
        field = app.screen.query_one(f"#{id_}", Input)
        field.focus()
        await until(pilot, lambda: field.has_focus)
        await pilot.press("7", "z")
        assert field.value == "7"  # in place of what was there, which is marked when the field is entered
        footer = " ".join(drawn(app).splitlines()[-2:])
        assert all(key in footer for key in ("⏎ Play", "esc Leave the field", "w Watch", "q Quit", "? Help"))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and "Judge poems" in text(app, "help-keys"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and app.focused is field)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen))

    run(app, script)


@pytest.mark.parametrize(
    ("opens", "fields", "button"),
    [
        ("", ("own-model", "rounds-input", "seed-input"), "play"),
        ("t", ("matches", "rounds", "seed"), "start"),
        ("n", ("typed", "n", "seed"), "draw"),
        ("j", ("judge-name",), "judge"),
    ],
    ids=["lobby", "tournament", "numbers", "poems"],
)
def test_escape_leads_from_a_field_to_the_main_button(
    store: Path, opens: str, fields: tuple[str, ...], button: str
) -> None:
    app = ArenaApp(store, lobby=Choice(subject=MIX))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press(*opens)
        await until(pilot, lambda: bool(app.screen.query(f"#{button}")))
        await pilot.pause()
        main = app.screen.query_one(f"#{button}", Button)
        for id_ in fields:
            app.screen.query_one(f"#{id_}").focus()
            does = "Seat it" if id_ == "own-model" else str(main.label)
            await until(
                pilot, lambda does=does: f" ⏎ {does}  esc Leave the field " in "\n".join(drawn(app).splitlines()[-2:])
            )
            await pilot.press("escape")
            await until(pilot, lambda: app.focused is main)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)


@pytest.mark.parametrize(("opens", "id_"), [("", "seed-input"), ("", "share-input"), ("n", "seed")])
def test_a_field_that_may_be_empty_is_never_marked_as_wrong(store: Path, opens: str, id_: str) -> None:
    app = ArenaApp(store, lobby=Choice(subject=MIX, mix="gemma-3-270m=0.2"))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press(*opens)
        await until(pilot, lambda: bool(app.screen.query(f"#{id_}")))
        field = app.screen.query_one(f"#{id_}", Input)
        field.focus()
        await until(pilot, lambda: field.has_focus)
        await pilot.press("delete", "tab")
        await until(pilot, lambda: not field.has_focus)
        assert not field.value and not field.has_class("-invalid")

    run(app, script)


def test_whoever_comes_back_from_a_match_can_go_on_at_once(store: Path) -> None:
    app = ArenaApp(store, lobby=Choice(subject=MIX, rounds=9))

    async def script(pilot: Pilot[None]) -> None:
        app.screen.query_one("#rounds-input").focus()
        await pilot.press("enter")
        for number in (1, 2):
            await play(pilot, app, "r", first=number)
            await until(pilot, lambda number=number: my_turn(app) and f"round {number + 1} of" in text(app, "title"))
            await leave_match(pilot, app)
            await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and "Go on (g)" in text(app, "last"))
            assert app.focused is app.screen.query_one("#play")
            app.screen.query_one("#seed-input").focus()
            await pilot.press("g")
        await until(pilot, lambda: my_turn(app))

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
