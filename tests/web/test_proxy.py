"""`arena web` behind a proxy that shows it below a path, under another name."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Browser

from benchmarks.support.sglang_server import free_port
from tests.support.proxy import proxied
from tests.support.viewer import Viewer
from tests.web.conftest import Serve

pytestmark = pytest.mark.web


def test_a_round_and_a_picture_through_a_proxy(serve: Serve, browser: Browser) -> None:
    own, shown_at = free_port(), free_port()
    url = f"http://arena.localhost:{shown_at}/play/"
    match = ("--game=rps", "--subject=human", "--opponent=markov:2", "--rounds=2")
    address = serve("--port", str(own), "--url", url, *match)
    assert address.startswith(f"{url}?key=")
    viewer = Viewer(browser.new_page())
    with proxied(shown_at, own, "/play/"):
        viewer.page.goto(address)
        viewer.until(lambda shown: "round 1: it expects" in shown)
        assert viewer.page.url == url
        viewer.page.keyboard.press("r")
        viewer.until(lambda shown: "round 2: it expects" in shown)
        with viewer.page.context.expect_page() as opened:
            viewer.page.keyboard.press("x")
        assert opened.value.url.startswith(f"{url}download/") or opened.value.is_closed()
        assert all(asked.startswith((url, "data:")) for asked in viewer.asked)
        viewer.page.close()
    assert not viewer.failed


@pytest.mark.parametrize("url", ["arena.example", "ftp://arena.example/", "https://arena.example/?key=1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "arena", "web", "--url", url], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2 and "write the whole address" in done.stderr
