"""`arena web` in a real browser: the page needs nothing from elsewhere, a round is played, the plot is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser

from arena.store.rows import MatchRow
from arena.store.store import Store
from benchmarks.support.sglang_server import free_port
from tests.support.commands import wait_for
from tests.support.viewer import Viewer
from tests.web.conftest import Serve

pytestmark = pytest.mark.web

SIZE = {"width": 1000, "height": 640}


@pytest.fixture
def viewer(browser: Browser) -> Viewer:
    return Viewer(browser.new_page(viewport=SIZE))  # type: ignore[arg-type]


def pixels(viewer: Viewer, path: Path) -> set[tuple[int, int, int]]:
    """The colours on the page, by a picture of it."""
    from PIL import Image

    viewer.page.screenshot(path=path)
    with Image.open(path) as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=2**24)
    assert colours is not None
    return {colour for _, colour in colours}  # type: ignore[misc]


@pytest.mark.model
def test_a_round_against_a_real_model_and_its_plot(serve: Serve, viewer: Viewer, tmp_path: Path) -> None:
    store = tmp_path / "web.db"
    address = serve("--game=rps", "--subject=llm:gemma-3-270m", "--opponent=human", f"--store={store}")
    viewer.page.goto(address)
    viewer.until(lambda shown: "your move" in shown)
    viewer.press("r")
    shown = viewer.until(lambda shown: "mass on legal moves" in shown)
    assert re.search(r"won +[01] +tied +[01] +lost +[01]", shown)
    shown = viewer.until(lambda shown: re.search(r"┃ *[WTL] *┃", shown))  # the round's point, between the plot's edges
    assert "╌" * 20 in shown, "chance is no line"
    assert (86, 180, 233) in pixels(viewer, tmp_path / "page.png"), "the model's bars aren't drawn"
    assert all(url.startswith((f"http://{urlsplit(address).netloc}/", "data:")) for url in viewer.asked)
    assert not viewer.failed and "key=" not in viewer.page.url
    viewer.press("Escape")
    viewer.until(lambda shown: "Leave the match?" in shown)
    viewer.press("Enter")
    viewer.until(lambda shown: "how predictable is it?" in shown)
    wait_for(lambda: _only_match(store).state == "abandoned")  # which is stored beside the lobby's first picture
    assert _only_match(store).rounds == 1


def _only_match(store: Path) -> MatchRow:
    with Store.open(store) as opened:
        (run,) = opened.runs()
        (cell,) = opened.cells(run)
        (match,) = opened.matches(cell)
    return match


def test_the_lobby_opens_and_q_leaves(serve: Serve, viewer: Viewer) -> None:
    viewer.page.goto(serve())
    viewer.until(lambda shown: "how predictable is it?" in shown)
    viewer.press("q")
    viewer.page.get_by_text("You have left Arena.").wait_for()


def test_the_screen_can_be_taken_home(serve: Serve, viewer: Viewer) -> None:
    viewer.page.goto(serve())
    viewer.until(lambda shown: "how predictable is it?" in shown)
    with viewer.page.context.expect_page() as opened:
        viewer.press("x")
    assert "/download/" in opened.value.url or opened.value.is_closed()


def test_a_reload_comes_back_to_the_match(serve: Serve, viewer: Viewer, tmp_path: Path) -> None:
    options = (
        "--game=rps",
        "--subject=fixed:rock",
        "--opponent=human",
        "--viewers=1",
        f"--store={tmp_path / 'web.db'}",
    )
    viewer.page.goto(serve(*options))
    viewer.until(lambda shown: "your move" in shown)
    viewer.press("p")
    viewer.until(lambda shown: "round 2 of" in shown)
    for number, key in ((2, "s"), (3, "p")):
        viewer.forget()
        viewer.page.reload()
        viewer.until(lambda shown, number=number: f"round {number} of" in shown and "won   " in shown)
        viewer.press(key)
        viewer.until(lambda shown, number=number: f"round {number + 1} of" in shown)
    assert re.search(r"won +2 +tied +0 +lost +1", viewer.screen())
    viewer.press("Control+q")
    viewer.until(lambda shown: "Quit Arena in the middle of a match?" in shown)
    viewer.press("Enter")
    viewer.page.get_by_text("You have left Arena.").wait_for()
    viewer.forget()
    viewer.page.reload()  # who has left begins anew
    viewer.until(lambda shown: "round 1 of" in shown)


@pytest.mark.model
def test_viewers_share_the_weights(serve: Serve, browser: Browser, tmp_path: Path) -> None:
    address = serve("--game=rps", "--subject=llm:gemma-3-270m", "--opponent=human")
    viewers = [Viewer(browser.new_page(viewport=SIZE)) for _ in range(2)]  # type: ignore[arg-type]
    for viewer in viewers:
        viewer.page.goto(address)
        viewer.until(lambda shown: "your move" in shown)
    shared = [mapped for mapped in map(_mapped_weights, _workers()) if mapped is not None]
    assert len(shared) == 2
    for resident, own in shared:
        assert resident > 50 * 2**20, "the weights aren't mapped"
        assert own < resident / 10, "each viewer holds weights of its own"
    for viewer in viewers:
        viewer.page.close()


def _workers() -> list[psutil.Process]:
    """This test's own: others may run beside it."""
    return [process for process in psutil.Process().children(recursive=True) if "arena" in " ".join(_words(process))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _mapped_weights(process: psutil.Process) -> tuple[int, int] | None:
    """How much of a weights file a process has in memory, and how much of that is its own; in bytes."""
    try:
        maps = [mapped for mapped in process.memory_maps() if mapped.path.endswith(".gguf")]
    except psutil.Error:
        return None
    if not maps:
        return None
    return sum(mapped.rss for mapped in maps), sum(mapped.private_dirty for mapped in maps)


def _web(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "arena", "web", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_a_port_that_is_taken(serve: Serve) -> None:
    port = str(urlsplit(serve()).port)
    done = _web("--port", port)
    assert done.returncode == 3
    assert done.stderr == f"arena: port {port} is taken: choose another with --port\n"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--host", "192.0.2.1"), 3, "can't be opened"),
        (("--host", "no such host"), 3, "isn't an address"),
        (("--host", "a..b"), 3, "isn't an address"),
        (("--port", "0"), 2, "range"),
        (("--viewers", "0"), 2, "range"),
        (("--subject", "nobody"), 2, "there is no agent 'nobody'"),
        (("--subject", "llm:gema-3-270m"), 3, "did you mean"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_served(options: tuple[str, ...], code: int, words: str) -> None:
    port = () if "--port" in options else ("--port", str(free_port()))
    done = _web(*port, *options)
    assert done.returncode == code and words in done.stderr and "Traceback" not in done.stderr
