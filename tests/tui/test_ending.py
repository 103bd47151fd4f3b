"""The card at the end of a match: reached by keys, copied, saved as pictures, followed by a replay or another match."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from arena.session.choice import Choice
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.widgets.letters import block
from tests.support.app import drawn, leave_match, my_turn, play, run, text, toasts, until


async def finish(pilot: Pilot[None], app: ArenaApp, keys: str) -> None:
    """Play these moves, and look at the last verdict no longer than needed."""
    await play(pilot, app, keys)
    await until(pilot, lambda: isinstance(app.screen, EndingScreen) or "over" in text(app, "status"))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, EndingScreen))
    await pilot.pause()


@pytest.mark.parametrize("size", [(60, 18), (120, 40)])
def test_the_card_says_it_all_at_every_size(store: Path, size: tuple[int, int]) -> None:
    app = ArenaApp(store, start=Choice("rps", "fixed:rock", "human", 6, 1))

    async def script(pilot: Pilot[None]) -> None:
        await finish(pilot, app, "pppppp")
        shown = " ".join(drawn(app).split())
        assert (block("You won", size[0]).splitlines()[0].strip() in drawn(app)) == (size == (120, 40))  # in large type
        assert "6 to 0" in shown and "W W W W W W" in shown
        assert "You were foreseeable in 100% of the rounds, it in 100%. Chance would be 33%." in shown
        assert "you played paper, 6 of 6 times." in shown
        assert "Perfect play can't be read: it scores 0 on average. You scored +100." in shown
        assert "Again" in shown and "Copy" in shown and "Help" in shown

    run(app, script, size)


def test_it_is_copied_saved_replayed_and_followed_by_a_rematch(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = ArenaApp(store, start=Choice("rps", "human", "markov:2", 2, 1))

    async def script(pilot: Pilot[None]) -> None:
        await finish(pilot, app, "rs")
        await pilot.press("c")
        assert app.clipboard.splitlines()[0].endswith(
            "rock-paper-scissors · 2 rounds · you against the merciless reader"
        )
        await pilot.press("s")
        await until(pilot, lambda: "arena-match" in toasts(app))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and "round 1 of 2" in text(app, "title"))
        assert "the merciless reader, against you" in text(app, "title")  # not what the person thought
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await pilot.press("n")
        await until(pilot, lambda: my_turn(app) and "round 1 of" in text(app, "title"))
        await pilot.press("p")
        await until(pilot, lambda: "round 2 of" in text(app, "title"))
        await leave_match(pilot, app)
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)
    pictures = {path.suffix: path.read_bytes() for path in tmp_path.glob("arena-match-*")}
    assert pictures[".png"].startswith(b"\x89PNG") and pictures[".svg"].startswith(b"<?xml")
    with Store.open(store) as opened, opened.database.guard() as connection:
        assert connection.execute("SELECT finished, abandoned FROM matches").fetchall() == [(1, 0), (0, 1)]


def test_where_a_picture_cant_be_written_the_person_is_told(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ArenaApp(store, start=Choice("matching-pennies", "uniform", "human", 1, 1))

    async def script(pilot: Pilot[None]) -> None:
        await finish(pilot, app, "h")
        gone = tmp_path / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
        await pilot.press("s")
        await until(pilot, lambda: "can't be written" in toasts(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))

    run(app, script)
