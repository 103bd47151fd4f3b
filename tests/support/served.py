"""`arena web` in a process of its own, and the browser in which its page is looked at."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from benchmarks.support.sglang_server import free_port

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LARGE_PHONE, SMALL_PHONE, DESK = (390, 844), (360, 640), (1000, 640)  # pixels of CSS


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    assert CHROMIUM is not None
    with sync_playwright() as playwright:
        # a container's root has no sandbox; what is opened is our own page
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def served(folder: Path, *options: str) -> Iterator[list[str]]:
    """The addresses that `arena web` prints, with their keys, the players' last; it is ended with Ctrl-C. Its settings
    and its store are in `folder`."""
    environment = os.environ | {f"XDG_{kind}_HOME": str(folder) for kind in ("STATE", "LOG", "DATA")}
    port = () if "--port" in options else ("--port", str(free_port()))
    command = [sys.executable, "-m", "arena", "web", *port, *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=folder) as server:
        assert server.stderr is not None
        try:
            said: list[str] = []
            while not said or "Ctrl-C ends it" not in said[-1]:
                said.append(server.stderr.readline())
                assert said[-1], said
            yield [found[0] for line in said if (found := re.search(r"http\S+", line))]
        finally:
            server.send_signal(signal.SIGINT)
            code, rest = server.wait(timeout=20), server.stderr.read()
        assert (code, rest) == (0, "")
