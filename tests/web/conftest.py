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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        # a container's root has no sandbox; what is opened is our own page
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts `arena web` with some options and gives its address, with the key; ends it with Ctrl-C."""
    servers: list[subprocess.Popen[str]] = []

    def start(*options: str) -> str:
        own = {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("STATE", "LOG", "DATA")}
        environment = os.environ | own
        command = [sys.executable, "-m", "arena", "web", "--port", str(free_port()), *options]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path)
        servers.append(server)
        assert server.stderr is not None
        line = server.stderr.readline()
        address = re.search(r"http://\S+", line)
        assert address, line + server.stderr.read()
        return address[0]

    yield start
    for server in servers:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
        assert server.stderr is not None
        assert server.stderr.read() == ""
        server.stderr.close()
