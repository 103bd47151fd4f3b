"""`arena web` behind a proxy that shows it below a path, under another name: any, and nginx set up as documented."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.support.sglang_server import free_port
from tests.support.nginx import NGINX, behind_nginx
from tests.support.proxy import proxied
from tests.support.viewer import Viewer

pytestmark = pytest.mark.web


Serving = Callable[[int, int, Path], AbstractContextManager[None]]

PLAIN = ("http", lambda port, to, folder: proxied(port, to, "/arena/"))
REAL = pytest.param("https", behind_nginx, marks=pytest.mark.skipif(NGINX is None, reason="nginx is not installed"))


@pytest.mark.parametrize(("scheme", "proxy"), [PLAIN, REAL], ids=["any", "nginx"])
def test_a_match_its_pictures_a_reload_and_a_spectator_through_a_proxy(
    addresses: Callable[..., list[str]], browser: Browser, tmp_path: Path, scheme: str, proxy: Serving
) -> None:
    own, shown_at = free_port(), free_port()
    url = f"{scheme}://arena.localhost:{shown_at}/arena/"
    match = ("--game=rps", "--subject=human", "--opponent=markov:2", "--rounds=3")
    watching, playing = addresses("--port", str(own), "--url", url, "--spectators=1", *match)
    assert playing.startswith(f"{url}?key=") and watching.startswith(f"{url}watch/?key=")
    # the certificate of such a test is nobody's
    player, spectator = (Viewer(browser.new_context(ignore_https_errors=True).new_page()) for _ in range(2))
    with proxy(shown_at, own, tmp_path):
        player.page.goto(playing)
        player.until(lambda shown: "round 1: it expects" in shown)
        assert player.page.url == url
        player.press("r")
        player.until(lambda shown: "round 2: it expects" in shown)
        with player.page.context.expect_page() as opened:
            player.press("x")
        assert opened.value.url.startswith(f"{url}download/") or opened.value.is_closed()
        spectator.page.goto(watching)
        spectator.until(lambda shown: "round 1 of 3" in shown and "ROCK" in shown)
        player.forget()
        player.page.reload()
        player.until(lambda shown: "round 2: it expects" in shown)
        player.press("p")
        spectator.until(lambda shown: "round 2 of 3" in shown and "PAPER" in shown)
        for viewer in (player, spectator):
            assert all(asked.startswith((url, "data:")) for asked in viewer.asked)
            viewer.page.context.close()
    assert not player.failed and not spectator.failed


@pytest.mark.parametrize("url", ["arena.example", "ftp://arena.example/", "https://arena.example/?key=1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "arena", "web", "--url", url], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2 and "write the whole address" in done.stderr
