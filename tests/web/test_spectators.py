"""An address at which a match can be watched and not touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from arena.store.store import Store
from tests.support.viewer import Viewer

pytestmark = pytest.mark.web


def test_a_spectator_sees_the_match_and_can_not_touch_it(
    addresses: Callable[..., list[str]], browser: Browser, tmp_path: Path
) -> None:
    store = tmp_path / "web.db"
    match = ("--game=rps", "--subject=human", "--opponent=markov:2", "--rounds=3", f"--store={store}")
    watching, playing = addresses("--spectators=1", *match)
    assert urlsplit(watching).path == "/watch/" and urlsplit(watching).query != urlsplit(playing).query
    player, spectator = (Viewer(browser.new_context().new_page()) for _ in range(2))
    spectator.page.goto(watching)
    spectator.until(lambda shown: "No match has begun yet" in shown)
    player.page.goto(playing)
    player.until(lambda shown: "round 1: it expects" in shown)
    player.press("r")
    spectator.until(lambda shown: "round 1 of 3" in shown and "ROCK" in shown and "the player against" in shown)
    for key in ("q", "Escape", "Enter", "n", "p", "Control+q", "Control+p"):
        spectator.press(key)
    spectator.page.evaluate("connection.send(JSON.stringify(['stdin', 'q\\x11']))")
    assert spectator.page.evaluate("fetch('../').then((found) => found.status)") == 403
    assert spectator.page.evaluate("fetch('../ws').then((found) => found.status)") == 403
    player.until(lambda shown: "round 2: it expects" in shown)
    player.press("p")
    spectator.until(lambda shown: "round 2 of 3" in shown and "PAPER" in shown)
    player.press("p")
    spectator.until(lambda shown: "round 3 of 3" in shown and "the match is over" in shown)
    second = Viewer(browser.new_context().new_page())
    second.page.goto(watching)
    assert "All 1 places are taken" in second.page.content()
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        assert [one.subject.move for one in opened.match(cell, 0)] == [0, 1, 1]
    assert not player.failed and not spectator.failed
    for viewer in (player, spectator, second):
        viewer.page.context.close()


def test_without_spectators_there_is_no_such_address(addresses: Callable[..., list[str]], browser: Browser) -> None:
    (address,) = addresses()
    page = browser.new_page()
    page.goto(address)
    answer = page.goto(f"{address.partition('?')[0]}watch/")
    assert answer is not None and answer.status == 404
    page.close()
