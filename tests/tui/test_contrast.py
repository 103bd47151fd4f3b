"""Everything on every screen stands out from its background, in every theme, also when another one is picked there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from arena.session.show import clock
from arena.tui.filters import Legible
from arena.tui.themes import THEMES
from tests.support.app import run
from tests.support.contrast import TEXT, contrast, faint
from tests.support.tour import STOPS

OWN = [theme.name for theme in THEMES]
OTHERS = [name for name in BUILTIN_THEMES if not name.startswith("ansi")]  # whose colours are the terminal's own
COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: Color(*rgb))


@pytest.fixture(autouse=True)
def _only_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A show goes on only by steps, and a countdown takes no time."""
    monkeypatch.setattr(clock, "SPEEDS", (1e-6,) * 7)
    monkeypatch.setattr(clock, "_LONGEST_CARD", 1e6)
    monkeypatch.setattr(clock, "_LONGEST_BEAT", 0.01)


def check(store: Path, stop: str, themes: Iterable[str]) -> None:
    """Go there, and look at it in each of the themes."""
    app = STOPS[stop].app(store)

    async def script(pilot: Pilot[None]) -> None:
        await STOPS[stop].go(pilot, app)
        for theme in themes:
            app.theme = theme
            await pilot.pause()
            assert not [f"{theme}: {seen}" for seen in faint(app)]

    run(app, script, (100, 30))


@pytest.mark.parametrize("stop", STOPS)
def test_on_every_screen_in_the_app_s_own_themes(store: Path, stop: str) -> None:
    check(store, stop, OWN)


@pytest.mark.parametrize("stop", ["lobby", "match", "help", "show, duel"])
def test_in_textual_s_themes(store: Path, stop: str) -> None:
    check(store, stop, OTHERS)


@pytest.mark.parametrize("stop", ["lobby", "it reads you", "ending", "numbers"])
def test_without_colour(store: Path, stop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    check(store, stop, OWN)


@pytest.mark.parametrize("stop", ["lobby", "settings", "tournament", "numbers, setup", "history", "poems, setup"])
def test_wherever_the_focus_is(store: Path, stop: str) -> None:
    app = STOPS[stop].app(store)

    async def script(pilot: Pilot[None]) -> None:
        await STOPS[stop].go(pilot, app)
        for widget in app.screen.focus_chain:
            widget.focus()
            await pilot.pause()
            assert not [f"{widget}: {seen}" for seen in faint(app)]

    run(app, script, (100, 30))


@given(COLOURS, COLOURS, st.booleans(), st.booleans())
def test_any_colours_are_made_legible_and_those_that_are_stay(
    front: Color, back: Color, is_reverse: bool, is_bold: bool
) -> None:
    first, second = (back, front) if is_reverse else (front, back)
    style = Style(color=first.rich_color, bgcolor=second.rich_color, reverse=is_reverse, bold=is_bold)
    (after,) = Legible().apply([Segment("text", style)], Color(0, 0, 0))
    assert after.style is not None and after.style.color is not None and after.style.bgcolor is not None
    assert (after.style.reverse, after.style.bold) == (is_reverse, is_bold)
    drawn, behind = (Color.from_rich_color(colour) for colour in (after.style.color, after.style.bgcolor))
    if is_reverse:
        drawn, behind = behind, drawn
    assert behind == back and contrast(drawn, behind) >= TEXT
    assert drawn == front or contrast(front, back) < TEXT


def test_a_terminal_s_own_colours_are_left_to_it(store: Path) -> None:
    style = Style(color="blue", bgcolor="default", dim=True)
    assert Legible().apply([Segment("text", style)], Color(0, 0, 0)) == [Segment("text", style)]
    app = STOPS["it reads you"].app(store)
    app.theme = "ansi-dark"

    async def script(pilot: Pilot[None]) -> None:
        await STOPS["it reads you"].go(pilot, app)
        strips = app.screen._compositor.render_strips(app.size)
        colours = {seg.style.color for strip in strips for seg in strip if seg.style and seg.style.color}
        assert colours and all(colour.triplet is None for colour in colours)

    run(app, script)
