"""Shows: duels, volunteers, countdowns, cards and large type, by keys."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.pilot import Pilot

from arena.games import parse_game, playable_games
from arena.records import Seat
from arena.session.choice import Choice
from arena.session.show import clock
from arena.session.show.words import moves, verdict
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.spectate import SpectateScreen
from arena.tui.widgets.large import Large
from arena.tui.widgets.letters import fitted
from arena.tui.widgets.moves import MoveBar
from tests.support.app import MIX, drawn, run, text, until
from tests.support.sights import sight

SIZES = [(60, 18), (80, 24), (120, 40), (200, 60)]
PHONE, DESK = (62, 50), (125, 31)


@pytest.fixture(autouse=True)
def _only_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes on by itself, and a countdown takes no time."""
    monkeypatch.setattr(clock, "SPEEDS", (1e-6,) * 7)
    monkeypatch.setattr(clock, "_LONGEST_CARD", 1e6)
    monkeypatch.setattr(clock, "_LONGEST_BEAT", 0.01)


def show(store: Path, opponent: str = "uniform", game: str = "rps", subject: str = MIX) -> ArenaApp:
    return ArenaApp(store, start=Choice(game, subject, opponent, 3, 1), watch=True)


def large(app: ArenaApp, id_: str) -> str:
    return app.screen.query_one(f"#{id_}", Large).text


def card(app: ArenaApp) -> bool:
    return isinstance(app.screen, SpectateScreen) and app.screen.has_class("card")


async def step(pilot: Pilot[None], app: ArenaApp, there: Callable[[], bool]) -> None:
    await pilot.press("full_stop")
    await until(pilot, there)


async def first_round(pilot: Pilot[None], app: ArenaApp) -> None:
    await until(pilot, lambda: card(app))
    await step(pilot, app, lambda: "round 1 of" in text(app, "title"))


def test_a_duel_shows_both_sides_with_a_curve_each_and_cards_before_and_after(store: Path) -> None:
    app = show(store)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: card(app))
        assert text(app, "card-small") == "game 1 · rock-paper-scissors · 3 rounds"
        for number in (1, 2, 3):
            await step(pilot, app, lambda number=number: f"round {number} of" in text(app, "title"))
            assert large(app, "subject-move") in parse_game("rps").moves
            assert large(app, "opponent-move") in parse_game("rps").moves
        assert "determinism 0.60" in text(app, "subject-sureness")
        assert "determinism 0.33" in text(app, "opponent-sureness")
        assert all(app.screen.query_one(f"#{seat}-curve").display for seat in Seat)
        won = {seat: text(app, f"{seat}-who").splitlines() for seat in Seat}
        assert all("won " in first and "net " in second for first, second in won.values())
        await step(pilot, app, lambda: card(app))
        said = text(app, "card-small")
        assert " to " in said and "determinism 0.60" in said and "chance 0.33" in said and "perfect play" in said
        await step(pilot, app, lambda: card(app) and "game 2" in text(app, "card-small"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script, (120, 40))
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        assert (cell.spec.subject, cell.spec.opponent) == (MIX, "uniform")
        assert opened.rounds(cell, 3).number.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("subject", "opponent", "read"), [(MIX, "greedy", Seat.SUBJECT), ("greedy", MIX, Seat.OPPONENT)]
)
def test_a_reader_of_minds_has_no_curve_of_its_own(store: Path, subject: str, opponent: str, read: Seat) -> None:
    app = show(store, opponent, subject=subject)

    async def script(pilot: Pilot[None]) -> None:
        await first_round(pilot, app)
        assert text(app, "spectate-line") == "how sure the reader was: 60%      chance would be 33%"
        assert app.screen.query_one(f"#{read}-curve").display
        assert not app.screen.query_one(f"#{read.other}-curve").display

    run(app, script)


def test_a_match_in_which_nobody_is_a_person_is_a_show(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", MIX, "uniform", 3, 1))

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: card(app))

    run(app, script)


def test_a_show_that_was_left_leaves_no_plot_and_no_drawn_lines_behind(store: Path) -> None:
    app = show(store)

    async def script(pilot: Pilot[None]) -> None:
        await first_round(pilot, app)
        lines = StylesCache()  # as those of a widget that was drawn
        lines.get_inner_outer(Color(1, 2, 3), Color(4, 5, 6))
        kept = weakref.ref(lines)
        del lines
        assert kept() is not None
        assert app.theme_changed_signal._subscriptions  # each would keep its widget for as long as the app is open
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))
        await until(pilot, lambda: not app.theme_changed_signal._subscriptions)
        assert kept() is None

    run(app, script)


def test_moves_are_covered_until_the_countdown_is_over(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_LONGEST_BEAT", 1e6)  # a step ends the countdown
    app = show(store, "fixed:rock")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: card(app))
        await step(pilot, app, lambda: large(app, "verdict") == "3")
        assert large(app, "subject-move") == large(app, "opponent-move") == "?"
        assert "round 0 of" in text(app, "title")
        await step(pilot, app, lambda: "round 1 of" in text(app, "title"))
        assert large(app, "opponent-move") == "rock"

    run(app, script)


def test_a_volunteer_is_called_plays_by_key_is_covered_and_leaves_again(store: Path) -> None:
    app = show(store, "uniform", subject="fixed:scissors")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: card(app))
        before = app.screen
        await pilot.press("v")
        await until(pilot, lambda: app.screen is not before and card(app))
        await pilot.press("full_stop")
        await until(pilot, lambda: app.screen.query_one(MoveBar).alive)
        assert large(app, "verdict") == "your move" and large(app, "subject-move") == "?"
        await pilot.press("r")
        await until(pilot, lambda: "round 1 of" in text(app, "title"))
        assert large(app, "verdict") == "rock beats scissors" and "volunteer leads" in text(app, "spectate-line")
        await step(pilot, app, lambda: app.screen.query_one(MoveBar).alive)
        assert large(app, "opponent-move") == "?"
        await pilot.press("2")
        await until(pilot, lambda: "round 2 of" in text(app, "title"))
        assert large(app, "verdict") == "scissors beats paper"
        assert "foreseeable" in text(app, "opponent-sureness")
        volunteer = app.screen
        await pilot.press("v")
        await until(pilot, lambda: app.screen is not volunteer and card(app))
        assert "uniform play" in text(app, "title")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script, (120, 40))


def test_a_person_in_the_subject_s_seat_plays_on_the_stage_too(store: Path) -> None:
    app = show(store, "fixed:garden", "hide-and-seek", "human")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: card(app))
        assert "Volunteer" not in drawn(app).splitlines()[-1]  # nobody could come back
        await pilot.press("full_stop")
        await until(pilot, lambda: app.screen.query_one(MoveBar).alive)
        await pilot.press("3")
        await until(pilot, lambda: large(app, "verdict") == "found in the garden")

    run(app, script)


def test_nobody_is_called_against_a_mind_that_reads_minds(store: Path) -> None:
    app = show(store, MIX, subject="greedy")

    async def script(pilot: Pilot[None]) -> None:
        await first_round(pilot, app)
        shown = app.screen
        await pilot.press("v")
        await pilot.pause()
        assert app.screen is shown

    run(app, script)


@pytest.mark.parametrize("size", [*SIZES, PHONE, DESK])
def test_in_large_type_the_verdict_is_the_largest_thing(store: Path, size: tuple[int, int]) -> None:
    app = show(store, "fixed:rock", subject="fixed:scissors")

    async def script(pilot: Pilot[None]) -> None:
        await first_round(pilot, app)
        await pilot.press("b")
        await pilot.pause()
        room = {line.id: line.size for line in app.screen.query(Large) if line.id}
        for side in app.screen.query(".side"):
            assert all(side.region.contains_region(line.region) for line in side.query(Large))  # none is cut off
        rows = fitted("rock beats scissors", *room["verdict"])
        shown = drawn(app).splitlines()
        assert rows is not None and all(any(row.strip() in line for line in shown) for row in rows)
        for said, move, reply in everything():
            letters = fitted(said, *room["verdict"])
            assert letters is not None and len(letters) >= 5, said
            for id_, word in (("subject-move", move), ("opponent-move", reply)):
                smaller = fitted(word, *room[id_])
                assert (smaller is not None) == (size != SIZES[0]), word
                assert smaller is None or 5 * len(smaller) < 4 * len(letters)

    run(app, script, size)


def everything() -> Iterator[tuple[str, str, str]]:
    """All that can happen in a round of any game: the verdict and both moves."""
    for game in playable_games().values():
        for pair in product(range(len(game.moves)), range(len(game.replies))):
            seen = sight([pair], game.name).rounds[-1]
            played = moves(game, seen)
            yield verdict(game, seen), played[Seat.SUBJECT], played[Seat.OPPONENT]


@pytest.mark.slow
def test_an_hour_s_rounds_untouched_hold_no_more_memory(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many rounds as an hour has at the usual pace, without the waiting."""
    monkeypatch.setattr(clock, "SPEEDS", (0.0,) * 7)
    monkeypatch.setattr(clock, "_BREATH", 0.0)
    app = ArenaApp(store, start=Choice("rps", MIX, "uniform", 20, 1), watch=True)

    async def script(pilot: Pilot[None]) -> None:
        def games() -> int:
            return int(text(app, "title").partition("game ")[2].split()[0])

        held: list[int] = []
        for reached in (20, 90):
            await until(pilot, lambda reached=reached: games() >= reached, 300)
            held.append(_resident())
        assert held[1] - held[0] < 2 * 2**20

    run(app, script)


def _resident() -> int:
    """Bytes of memory that this process holds."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")
