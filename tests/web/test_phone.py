"""`arena web` on a phone: a match played whole by touch, with keys for a thumb and nothing beside the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from arena.games import parse_game
from arena.store.store import Store
from tests.support.served import LARGE_PHONE, SMALL_PHONE
from tests.support.viewer import Viewer, phone_of
from tests.web.conftest import Serve

pytestmark = pytest.mark.web

THUMB = 48  # pixels of CSS, the least that a finger hits


@pytest.fixture
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Viewer]:
    """A phone with a touch screen of the size that the test asks for."""
    opened = phone_of(browser, getattr(request, "param", LARGE_PHONE))
    yield opened
    opened.page.context.close()


def check_fits(phone: Viewer) -> None:
    """Nothing of the page lies beside the screen, and the app has the columns that it needs."""
    width = phone.page.viewport_size["width"]  # type: ignore[index]
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= width
    assert phone.page.evaluate("window.visualViewport.scale") == 1
    for part in (".xterm-screen", "#keys"):
        box = phone.page.locator(part).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width, part
    assert phone.size[0] >= 60


@pytest.mark.parametrize(
    ("phone", "game", "moves"),
    [
        (LARGE_PHONE, "rps", (0, 1, 2, 0)),
        (SMALL_PHONE, "hide-and-seek", (6, 5, 4, 3, 2, 1, 0)),
    ],
    indirect=["phone"],
)
def test_a_match_is_played_whole_by_touch(
    serve: Serve, phone: Viewer, tmp_path: Path, game: str, moves: tuple[int, ...]
) -> None:
    store = tmp_path / "web.db"
    words = (f"--game={game}", "--subject=human", "--opponent=markov:2", f"--rounds={len(moves)}", f"--store={store}")
    phone.page.goto(serve(*words))
    height = phone.page.viewport_size["height"]  # type: ignore[index]
    names = parse_game(game).moves
    for number, move in enumerate(moves, 1):
        phone.until(lambda shown, number=number: f"round {number}: it expects" in shown)
        for name in names:
            box = phone.page.locator(phone.key(name)).bounding_box()
            assert box is not None and box["width"] >= THUMB and box["height"] >= THUMB, name
            assert box["y"] + box["height"] <= height, f"{name} is below the screen"
        check_fits(phone)
        phone.tap(names[move])
    phone.until(lambda shown: "Perfect play" in shown)
    check_fits(phone)
    phone.tap("Again")
    phone.until(lambda shown: "round 1: it expects" in shown)
    phone.page.locator(phone.key(names[0])).wait_for()  # the buttons of the new match lie elsewhere
    phone.tap("Lobby")
    phone.until(lambda shown: "how predictable is it?" in shown)
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        assert tuple(one.subject.move for one in opened.match(cell, 0)) == moves
        assert opened.matches(cell)[0].finished
    assert not phone.failed


@pytest.mark.parametrize("phone", [LARGE_PHONE, SMALL_PHONE], indirect=True)
@pytest.mark.parametrize("is_large", [False, True], ids=["duel", "large type"])
def test_a_volunteer_plays_a_whole_match_on_a_stage_by_touch(
    serve: Serve, phone: Viewer, tmp_path: Path, is_large: bool
) -> None:
    store = tmp_path / "web.db"
    words = ("--game=rps", "--subject=fixed:rock", "--opponent=uniform", "--rounds=3", f"--store={store}")
    phone.page.goto(serve("--show", *words))
    phone.until(lambda shown: "game 1 · rock-paper-scissors" in shown)
    check_fits(phone)
    phone.tap("Volunteer")
    phone.until(lambda shown: "volunteer" in shown)
    phone.tap("Step")  # from the card to the first round
    if is_large:
        phone.tap("Big")
    for number, move in enumerate(("paper", "scissors", "paper"), 1):
        _play(phone, move, number)
        check_fits(phone)
        phone.tap("Step")
    phone.until(lambda shown: "games: fixed:rock 0, volunteer 1" in shown)
    check_fits(phone)
    phone.tap("Lobby")
    phone.until(lambda shown: "how predictable is it?" in shown)
    with Store.open(store) as opened:
        (cell,) = (cell for cell in opened.cells(opened.run(None)) if cell.spec.opponent == "human")
        assert [one.opponent.move for one in opened.match(cell, 0)] == [1, 2, 1]
    assert not phone.failed


def _play(phone: Viewer, move: str, number: int) -> None:
    """Tap a move until it is played: a tap before it is one's turn says nothing, and large letters aren't read here."""
    for _ in range(120):
        phone.tap(move)
        phone.page.wait_for_timeout(500)
        if f"round {number} of 3" in phone.screen():
            return
    raise AssertionError(phone.screen())


def test_from_the_lobby_into_a_match_and_out_again_by_touch(serve: Serve, phone: Viewer) -> None:
    phone.page.goto(serve())
    phone.until(lambda shown: "how predictable is it?" in shown)
    check_fits(phone)
    phone.tap("It reads you")
    phone.until(lambda shown: "round 1: it expects" in shown)
    phone.tap("paper")
    phone.until(lambda shown: "round 2: it expects" in shown)
    phone.tap("Lobby")
    phone.until(lambda shown: "Leave the match?" in shown)
    phone.tap("Leave (enter)")
    phone.until(lambda shown: "how predictable is it?" in shown)
    focused = phone.page.evaluate("document.activeElement.className")
    assert "xterm-helper-textarea" not in focused, "the keyboard covers the screen without being asked for"
