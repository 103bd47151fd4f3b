"""A real browser, and the app served to it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.support.sglang_server import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Serve = Callable[..., str]


@pytest.fixture(scope="module")  # while it is open, no test of this process could use asyncio: playwright's loop runs
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        # a container's root has no sandbox; what is opened is our own page
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    """Starts `arena web` with some options and gives the addresses that it prints, with their keys, the players' last;
    ends it with Ctrl-C."""
    servers: list[subprocess.Popen[str]] = []

    def start(*options: str) -> list[str]:
        environment = os.environ | {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("STATE", "LOG", "DATA")}
        port = () if "--port" in options else ("--port", str(free_port()))
        command = [sys.executable, "-m", "arena", "web", *port, *options]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path)
        servers.append(server)
        assert server.stderr is not None
        said: list[str] = []
        while not said or "Ctrl-C ends it" not in said[-1]:
            said.append(server.stderr.readline())
            assert said[-1], said
        return [found[0] for line in said if (found := re.search(r"http://\S+", line))]

    yield start
    for server in servers:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
        assert server.stderr is not None
        assert server.stderr.read() == ""
        server.stderr.close()


@pytest.fixture
def serve(addresses: Callable[..., list[str]]) -> Serve:
    """The same, with the players' address alone."""
    return lambda *options: addresses(*options)[-1]
