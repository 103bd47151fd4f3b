"""`arena web` on a phone: a match played whole by touch, with keys for a thumb and nothing beside the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from arena.store.store import Store
from tests.support.viewer import Viewer
from tests.web.conftest import Serve

pytestmark = pytest.mark.web

THUMB = 48  # pixels of CSS, the least that a finger hits


@pytest.fixture(params=[(390, 844), (360, 640)], ids=["large", "small"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Viewer]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    yield Viewer(context.new_page())
    context.close()


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
    ("game", "moves"),
    [
        ("rps", ("rock", "paper", "scissors", "rock")),
        ("hide-and-seek", ("bathroom", "closet", "garden", "kitchen", "library", "office", "shed")),
    ],
)
def test_a_match_is_played_whole_by_touch(
    serve: Serve, phone: Viewer, tmp_path: Path, game: str, moves: tuple[str, ...]
) -> None:
    store = tmp_path / "web.db"
    words = (f"--game={game}", "--subject=human", "--opponent=markov:2", f"--rounds={len(moves)}", f"--store={store}")
    phone.page.goto(serve(*words))
    height = phone.page.viewport_size["height"]  # type: ignore[index]
    for number, move in enumerate(moves, 1):
        phone.until(lambda shown, number=number: f"round {number}: it expects" in shown)
        for name in dict.fromkeys(moves):
            box = phone.page.locator(phone.key(name)).bounding_box()
            assert box is not None and box["width"] >= THUMB and box["height"] >= THUMB, name
            assert box["y"] + box["height"] <= height, f"{name} is below the screen"
        check_fits(phone)
        phone.tap(move)
    phone.until(lambda shown: "Perfect play" in shown)
    check_fits(phone)
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        played = opened.match(cell, 0)
        assert opened.matches(cell)[0].finished
    assert (
        [one.subject.move for one in played] == [("rock", "paper", "scissors").index(m) for m in moves]
        if (game == "rps")
        else [one.subject.move for one in played] == list(range(7))
    )
    phone.tap("Lobby")
    phone.until(lambda shown: "how predictable is it?" in shown)
    assert not phone.failed


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
