"""The end of a match, where the store has recorded people."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from arena.experiments.people.keeping import keep_recordings
from arena.experiments.people.recordings import Recording
from arena.games import parse_game
from arena.records import Seat
from arena.session.choice import Choice
from arena.session.people import among_people
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from tests.support.app import MIX, drawn, play, run, until

PEOPLE = [
    Recording("rock", "bot", (0, 0, 0), (0, 0, 0)),  # foreseen in both rounds
    Recording("cycle", "bot", (0, 1, 2), (0, 0, 0)),  # in neither
    Recording("short", "bot", (0, 0), (0, 0)),
]


def test_the_player_is_set_beside_them(store: Path) -> None:
    with Store.open(store, create=True) as opened:
        keep_recordings(opened, PEOPLE, parse_game("rps"))
    app = ArenaApp(store, start=Choice("rps", MIX, "human", 3, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "rrr")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.pause()
        assert "You were more foreseeable than 75% of 2 people." in " ".join(drawn(app).split())

    run(app, script)


def test_nothing_is_said_without_people_or_in_another_game(store: Path) -> None:
    with Store.open(store, create=True) as opened:
        assert among_people(opened, parse_game("rps"), Seat.OPPONENT, 3, 0.5) == ""
        keep_recordings(opened, PEOPLE, parse_game("rps"))
        assert among_people(opened, parse_game("hide-and-seek:3"), Seat.SUBJECT, 3, 0.5) == ""
        assert among_people(opened, parse_game("rps"), Seat.SUBJECT, 4, 0.5) == ""
        assert among_people(opened, parse_game("rps"), Seat.SUBJECT, 3, 0.0).startswith("more foreseeable than 25%")
