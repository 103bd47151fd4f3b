"""A person against readers of their moves: what is expected is sealed before the key and shown after it, with the
reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Select

from arena.agents.readers.levels import LEVELS
from arena.session.choice import Choice
from arena.tui.app import ArenaApp
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.match import MatchScreen
from tests.support.app import drawn, my_turn, play, run, text, until


def test_a_guess_is_sealed_before_the_key_and_shown_after_it_with_the_reason(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", "human", "markov:1", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "prpr")
        await until(pilot, lambda: my_turn(app) and "round 5: it expects" in text(app, "sealed"))
        assert "PAPER" not in text(app, "sealed")
        assert text(app, "why") == "why: the only time that paper came before, you played rock"
        await pilot.press("p")  # after rock came paper once
        await until(pilot, lambda: "round 6" in text(app, "sealed"))
        assert "it expected PAPER   you played PAPER   it read you" in text(app, "reading")
        await pilot.press("s")
        await until(pilot, lambda: "round 7" in text(app, "sealed"))
        assert "it expected ROCK   you played SCISSORS   you got away" in text(app, "reading")
        assert text(app, "why") == "why: after paper you played rock 2 of 2 times"
        assert "read so far 40% (2 of 5), chance 33%" in text(app, "legend")

    run(app, script)


@pytest.mark.parametrize(
    ("game", "level", "size"),
    [("rps", 2, (60, 18)), ("hide-and-seek", 0, (60, 18)), ("matching-pennies", 1, (120, 40))],
)
def test_all_of_it_is_shown_in_every_game_at_every_size(
    store: Path, game: str, level: int, size: tuple[int, int]
) -> None:
    spec = LEVELS[level].spec
    app = ArenaApp(store, start=Choice(game, "human", spec, 10, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "12112112")
        await until(pilot, lambda: my_turn(app) and "round 9" in text(app, "sealed"))
        shown = drawn(app)
        assert "it expected" in shown and "why: " in shown and "read so far" in shown and "sealed" in shown

    run(app, script, size)


def test_the_list_of_opponents_says_whom_readers_read(store: Path) -> None:
    app = ArenaApp(store, lobby=Choice("rps", "uniform", "human", 3, 1))
    merciless = LEVELS[-1]

    def says() -> list[str]:
        opponents: Select[str] = app.screen.query_one("#opponent", Select)
        return [str(name) for name, _ in opponents._options][: len(LEVELS)]

    async def seated(pilot: Pilot[None], seat: str, spec: str, says_now: str, opposite: str) -> None:
        """Seat somebody; whoever sits on the other side then, and what readers are called."""
        app.screen.query_one(f"#{seat}", Select).value = spec
        other = app.screen.query_one("#opponent" if seat == "subject" else "#subject", Select)
        await until(pilot, lambda: all(name.startswith(f"{says_now}: ") for name in says()), 10)
        assert other.value == opposite

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: all(name.startswith("it reads you instead: ") for name in says()), 10)
        await seated(pilot, "opponent", merciless.spec, "it reads you", "human")  # who sat there is read instead
        await seated(pilot, "subject", "uniform", "reads the subject", merciless.spec)
        await seated(pilot, "opponent", LEVELS[0].spec, "reads the subject", "uniform")  # nobody sits here
        app.screen.query_one("#opponent", Select).value = merciless.spec
        await until(pilot, lambda: f"reads the subject: {merciless.name} ({merciless.spec})" in drawn(app), 10)
        await seated(pilot, "subject", "human", "it reads you", merciless.spec)

    run(app, script, (60, 24))


def test_the_lobby_lists_readers_first_and_puts_the_person_opposite_them(store: Path) -> None:
    app = ArenaApp(store)
    app.choice = Choice("rps", "uniform", "human", 3, 1)

    async def script(pilot: Pilot[None]) -> None:
        subject, opponent = (app.screen.query_one(f"#{seat}", Select) for seat in ("subject", "opponent"))
        assert [value for _, value in opponent._options][: len(LEVELS)] == [level.spec for level in LEVELS]
        opponent.value = LEVELS[1].spec
        await until(pilot, lambda: subject.value == "human")
        opponent.value = "human"
        await until(pilot, lambda: subject.value == "uniform")
        await pilot.press("i")
        await until(pilot, lambda: my_turn(app))
        assert isinstance(app.screen, MatchScreen)
        assert (app.screen.choice.subject, app.screen.choice.opponent) == ("human", LEVELS[-1].spec)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)
