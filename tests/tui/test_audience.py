"""Those who only watch a match see what is at stake in it: a guess with its reason, and where a dial stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from arena.session.choice import Choice
from arena.tui.app import ArenaApp
from arena.tui.screens.audience import AudienceScreen
from arena.tui.widgets.reading_panel import ReadingPanel
from tests.support.app import drawn, play, run, text, until
from tests.support.two_models import TwoModels


def played(store: Path, choice: Choice, keys: str) -> None:
    """Play a match and leave."""
    app = ArenaApp(store, start=choice)
    app.models = TwoModels()

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, keys)
        await until(pilot, lambda: "over" in text(app, "status"))

    run(app, script)


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
def test_a_readers_guess_is_shown_with_its_reason_and_speaks_of_the_player(store: Path, size: tuple[int, int]) -> None:
    played(store, Choice("rps", "human", "markov:1", 5, 1), "prprp")
    app = ArenaApp(store, audience="here")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, AudienceScreen) and bool(app.screen.query(ReadingPanel)))
        await until(pilot, lambda: "it expected" in text(app, "reading"))
        assert "it expected PAPER   they played PAPER   it read them" in text(app, "reading")
        assert text(app, "why") == "why: the only time that rock came before, they played paper"
        assert "read so far" in text(app, "legend")
        shown = drawn(app)
        assert "they played" in shown and "why: " in shown and "you" not in shown.replace("your", "")

    run(app, script, size)


def test_a_match_against_a_model_has_its_mind_and_its_dial(store: Path) -> None:
    played(store, Choice("rps", "llm:one", "human", 2, 1, mix="two=0.25"), "rp")
    app = ArenaApp(store, audience="here")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "dial at 0.25 of two" in text(app, "title"))
        assert not app.screen.query(ReadingPanel) and app.screen.query("#mind")

    run(app, script)
