"""Nothing is told by colour alone: without it, marks have shapes of their own, and the focus is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import SelectionList, Static

from arena.session.choice import Choice
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.widgets import model_list, plot, reading_plot
from arena.tui.widgets.chi_square_plot import TRUE_MARK
from arena.tui.widgets.rounds_plot import CHANCE_MARK, LINE_MARK
from tests.support.app import drawn, my_turn, play, run, text, until
from tests.support.contrast import contrast
from tests.support.tour import STOPS

SEEN = 1.5  # the least contrast of two shades that must be told apart side by side
Cell = tuple[str, Style]


@pytest.fixture(autouse=True)
def _no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def cells(app: ArenaApp) -> list[Cell]:
    """Every place above the footer, which names what can be done: its letter and its style."""
    strips = app.screen._compositor.render_strips(app.size)[:-1]
    return [(letter, segment.style or Style()) for strip in strips for segment in strip for letter in segment.text]


def differ(one: Cell, other: Cell) -> bool:
    """Whether somebody who sees no colours sees a difference."""
    (letter, style), (second, after) = one, other
    attributes = [(s.bold, s.underline, s.reverse) for s in (style, after)]
    if letter != second or attributes[0] != attributes[1]:
        return True
    return any(
        a is not None and b is not None and contrast(Color.from_rich_color(a), Color.from_rich_color(b)) >= SEEN
        for a, b in ((style.bgcolor, after.bgcolor), (style.color, after.color))
    )


@pytest.mark.parametrize(
    "marks",
    [
        [*plot.LETTERS.values(), CHANCE_MARK, LINE_MARK],
        [*reading_plot.MARKS.values(), CHANCE_MARK],
        [TRUE_MARK, CHANCE_MARK, LINE_MARK],
        [model_list._READY, model_list._LATER, model_list._NEEDS],
    ],
)
def test_marks_that_stand_beside_each_other_have_shapes_of_their_own(marks: list[str]) -> None:
    assert len({mark.casefold() for mark in marks}) == len(marks)


def test_how_each_round_ended_is_a_letter_in_the_plot_and_on_the_card(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", "fixed:rock", "human", 3, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "prs")
        await until(pilot, lambda: isinstance(app.screen, EndingScreen) or "over" in text(app, "status"))
        if not isinstance(app.screen, EndingScreen):
            points = [line.split("┫")[-1] for line in drawn(app).splitlines() if "1.0 ┫" in line]
            assert points and points[0].split()[:3] == ["W", "T", "L"]
        await until(pilot, lambda: isinstance(app.screen, EndingScreen) and bool(app.screen.query("#strip")))
        assert str(app.screen.query_one("#strip", Static).render()) == "W T L"

    run(app, script, (100, 30))


def test_whether_it_read_a_round_is_a_mark_in_the_plot_and_a_word(store: Path) -> None:
    app = ArenaApp(store, start=Choice("rps", "human", "markov:2", 20, 1))

    async def script(pilot: Pilot[None]) -> None:
        await play(pilot, app, "rrrrp")
        await until(pilot, lambda: my_turn(app) and "round 6 of" in text(app, "title"))
        assert "you got away" in text(app, "reading")
        marks = text(app, "strip").split()
        assert len(marks) == 5 and set(marks) == {"x", "o", "·"}
        shown = drawn(app)
        assert all(mark in shown for mark in marks) and "x read" in shown and "o got away" in shown

    run(app, script, (100, 30))


def test_what_is_marked_in_a_list_has_a_mark(store: Path) -> None:
    app = STOPS["tournament"].app(store)

    async def script(pilot: Pilot[None]) -> None:
        await STOPS["tournament"].go(pilot, app)
        lists = list(app.screen.query(SelectionList))
        for is_marked in (False, True):
            for one in lists:
                one.select_all() if is_marked else one.deselect_all()
            await pilot.pause()
            marks = sum(len(one.selected) for one in lists)
            assert bool(marks) == is_marked and drawn(app).count("▐x▌") == marks

    run(app, script, (100, 30))


@pytest.mark.parametrize(
    "stop", ["lobby", "settings", "tournament", "numbers, setup", "history", "poems, setup", "too long"]
)
def test_the_focus_is_seen(store: Path, stop: str) -> None:
    app = STOPS[stop].app(store)

    async def script(pilot: Pilot[None]) -> None:
        await STOPS[stop].go(pilot, app)
        places = app.screen.focus_chain
        pictures = []
        for widget in places:
            widget.focus()
            await pilot.pause()
            pictures.append(cells(app))
        for widget, one, other in zip(places, pictures, [*pictures[1:], *pictures[:1]], strict=True):
            assert len(places) == 1 or any(map(differ, one, other)), f"{widget} looks the same with and without focus"

    run(app, script, (100, 30))
