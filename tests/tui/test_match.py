"""Whole matches by keys, against bots and against the two real models."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from arena.games import parse_game
from arena.records import Seat
from arena.session.choice import LAST_CHOICE, Choice
from arena.store.rows import RoundColumns
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.help import HelpScreen
from arena.tui.screens.leave import LeaveScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.spectate import SpectateScreen
from arena.tui.widgets.mind import MindBars
from tests.support.app import MIX, leave_match, my_turn, play, run, text, until


def played(store: Path) -> tuple[str, str, RoundColumns]:
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        columns = opened.rounds(cell, len(parse_game(cell.spec.what).moves))
    return cell.spec.subject, cell.spec.opponent, columns


def test_a_match_against_a_bot_by_letters_digits_arrows_and_the_mouse(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 4, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "r2")
        await until(pilot, lambda: my_turn(app) and "round 3 of" in text(app, "title"))
        await pilot.press("right", "enter")
        await until(pilot, lambda: my_turn(app) and "round 4 of" in text(app, "title"))
        await pilot.click("#move-bar", offset=(2, 0))
        await until(pilot, lambda: "over" in text(app, "status"))

    run(app, script)
    subject, opponent, rounds = played(store)
    assert (subject, opponent) == (MIX, "human")
    assert rounds.reply.tolist() == [0, 1, 2, 0]
    assert rounds.policy[:, 0].tolist() == [0.6] * 4


def test_a_person_in_the_subjects_seat_has_no_policy_and_is_listed_there(store: Path) -> None:
    app = ArenaApp(store, start=Choice("hide-and-seek", "human", "uniform", 2, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "37")
        await until(pilot, lambda: "over" in text(app, "status"))

    run(app, script)
    subject, _, rounds = played(store)
    assert subject == "human"
    assert rounds.move.tolist() == [2, 6]


def test_the_mind_is_hidden_before_you_move_and_shown_before_it_in_mind_reader_mode(store: Path) -> None:
    for opponent, known in (("human", False), ("human:mind-reader", True)):
        app = ArenaApp(store, start=Choice("rps", MIX, opponent, 3, 1))

        async def script(pilot: Pilot[None], app: ArenaApp = app, known: bool = known) -> None:
            await until(pilot, lambda: my_turn(app))
            await pilot.pause()
            bars = str(app.screen.query_one(MindBars).render())
            assert ("0.60" in bars) == known
            assert ("play paper" in bars) == known
            await pilot.press("p")
            await until(pilot, lambda: "0.60" in str(app.screen.query_one(MindBars).render()))

        run(app, script)


def test_a_match_that_is_left_is_kept_as_abandoned_and_the_lobby_is_there_again(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "rp")
        await until(pilot, lambda: my_turn(app))
        await leave_match(pilot, app)
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)
    with Store.open(store) as opened, opened.database.guard() as connection:
        assert connection.execute("SELECT finished, abandoned FROM matches").fetchall() == [(0, 1)]
        assert connection.execute("SELECT COUNT(*) FROM rounds").fetchone() == (2,)
    assert LAST_CHOICE.read().subject == MIX


def test_a_match_that_was_left_goes_on_where_it_was(store: Path) -> None:
    choice = Choice("rps", "human", "markov:2", 5, None)

    async def begin(pilot: Pilot[None]) -> None:
        await play(pilot, app, "rpr")
        await until(pilot, lambda: my_turn(app) and "round 4 of" in text(app, "title"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LeaveScreen))
        await pilot.press("escape")  # no
        await until(pilot, lambda: my_turn(app))
        await leave_match(pilot, app)
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and "at round 4 of 5" in text(app, "last"))

    async def go_on(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "at round 4 of 5" in text(app, "last"))
        await pilot.press("g")
        await until(pilot, lambda: my_turn(app) and "round 4 of" in text(app, "title"))
        assert text(app, "reading").startswith("it expected ")  # of round 3, which was played in another process
        await play(pilot, app, "ps", first=4)
        await until(pilot, lambda: "over" in text(app, "status"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and "replays it" in text(app, "last"))

    app = ArenaApp(store, start=choice)
    run(app, begin)
    app = ArenaApp(store)
    run(app, go_on)
    _, _, rounds = played(store)
    assert rounds.number.tolist() == [1, 2, 3, 4, 5] and rounds.move.tolist() == [0, 1, 0, 1, 2]
    assert set(rounds.match.tolist()) == {0}


def test_quitting_asks_in_the_middle_of_a_match_as_leaving_does(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "r")
        await until(pilot, lambda: my_turn(app) and "round 2 of" in text(app, "title"))
        await pilot.press("question_mark")  # also from what is opened over the match
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, LeaveScreen) and isinstance(app.focused, Button))
        assert str(app.screen.query_one("#go", Button).label) == "Quit (enter)"
        await pilot.press("escape", "escape")  # neither quit nor help
        await until(pilot, lambda: my_turn(app))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, LeaveScreen) and isinstance(app.focused, Button))
        await pilot.press("enter")
        await until(pilot, lambda: app._exit)

    run(app, script)
    with Store.open(store) as opened, opened.database.guard() as connection:
        assert connection.execute("SELECT finished, abandoned FROM matches").fetchall() == [(0, 1)]


@pytest.mark.parametrize("keys", [("ctrl+q",), ("r", "ctrl+q", "ctrl+q")], ids=["no round yet", "asked already"])
def test_quitting_does_not_ask_for_nothing(store: Path, keys: tuple[str, ...]) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        for key in keys:
            await pilot.press(key)
            await until(pilot, lambda: my_turn(app) or isinstance(app.screen, LeaveScreen) or app._exit)
        await until(pilot, lambda: app._exit)

    run(app, script)


def test_a_match_left_before_its_first_round_leaves_nothing(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: my_turn(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)
    with Store.open(store) as opened:
        assert opened.runs() == []


def test_another_match_at_the_same_table_is_another_match_of_the_same_run(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", "uniform", "human", 1, 1))

    async def script(pilot: Pilot[None]) -> None:
        for key in ("r", "s"):
            await until(pilot, lambda: my_turn(app))
            await pilot.press(key)
            await until(pilot, lambda: "over" in text(app, "status"))
            await pilot.press("n")
        await until(pilot, lambda: my_turn(app))

    run(app, script)
    _, _, rounds = played(store)
    assert rounds.match.tolist() == [0, 1]


def test_names_are_text_and_never_markup(store: Path) -> None:
    """A spec is the only text of a bot that reaches the screen; a model's name is a file's."""
    app = ArenaApp(store, start=Choice("rps", "llm:llama.cpp:/[bold red]no.gguf", "human", 3, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen) and list(app._notifications))
        assert "[bold red]no.gguf" in " ".join(toast.message for toast in app._notifications)

    run(app, script)


@pytest.mark.parametrize("keys", [("w",), ("enter",)])
def test_the_lobby_refuses_what_cannot_be_played_and_stays(store: Path, keys: tuple[str, ...]) -> None:
    app = ArenaApp(store)
    app.choice = Choice("rps", "human", "human", 3)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        await pilot.pause()
        assert isinstance(app.screen, LobbyScreen)
        assert any(toast.severity == "error" for toast in app._notifications)

    run(app, script)


@pytest.mark.long
def test_a_show_plays_match_after_match_pauses_and_steps(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "greedy", 3, 1), watch=True)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, SpectateScreen))
        await pilot.press(*["plus"] * 6)
        await until(pilot, lambda: int(text(app, "title").partition("game ")[2].split()[0]) >= 3)
        await pilot.press("b", "h", "h", "space")
        await pilot.pause(0.2)
        before = text(app, "title")
        assert "paused" in before
        await pilot.pause(0.2)
        assert text(app, "title") == before
        for _ in range(20):  # a step is the next number of a countdown, a card, or a round
            await pilot.press("full_stop")
            await pilot.pause(0.1)
            if text(app, "title") != before:
                break
        assert text(app, "title") != before
        assert "95%" in text(app, "net")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script, (120, 40))
    subject, opponent, rounds = played(store)
    assert (subject, opponent) == (MIX, "greedy")
    assert set(rounds.number.tolist()) == {1, 2, 3}


@pytest.mark.model
@pytest.mark.parametrize(("model", "seat"), [("gemma-3-270m", Seat.SUBJECT), ("smollm2-135m-instruct", Seat.OPPONENT)])
def test_a_whole_match_against_a_real_model_in_either_seat(store: Path, model: str, seat: Seat) -> None:
    seats = (f"llm:{model}", "human") if seat is Seat.SUBJECT else ("human", f"llm:{model}")
    app = ArenaApp(store, start=Choice("rps", *seats, 3, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "rps")
        await until(pilot, lambda: "over" in text(app, "status"))

    run(app, script)
    subject, opponent, rounds = played(store)
    assert (subject, opponent) == seats
    mine = rounds.reply if seat is Seat.SUBJECT else rounds.move
    assert mine.tolist() == [0, 1, 2]
