"""Programs that run for a while: started in groups of their own, watched until they are ready, ended completely."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path

_ASK_SECONDS = 25.0  # SGLang's /health generates a token, which may take a while on a busy machine
_STOP_SECONDS = 30.0
_PAUSE = 0.25
_MOST_SHOWN = 4000  # letters of a log's end


class Program:
    """One program and everything that it starts. Its output is appended to a log."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            # a group of its own: Ctrl-C is for the process that started it, which then ends it properly
            self._process = subprocess.Popen(
                [*arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        """Its exit status, or None while it is running."""
        return self._process.poll()

    def said(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return self.log.read_bytes()[-_MOST_SHOWN:].decode("utf-8", "replace")
        return ""

    def signal(self, how: signal.Signals) -> None:
        """Send a signal to the whole group, if it still exists."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)

    def gone(self) -> bool:
        """Whether no process of the group is left."""
        self._process.poll()  # reaps the leader, which is our child
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return True
        return False


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to another address, because a key is meant for this one."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


def answers(url: str, headers: Mapping[str, str] | None = None) -> bool:
    """Whether a GET is now answered with 200."""
    request = urllib.request.Request(url, headers=dict(headers or {}))
    try:
        with _opener.open(request, timeout=_ASK_SECONDS) as response:
            return bool(response.status == 200)
    except (OSError, ValueError, HTTPException):
        return False


def stop(programs: Sequence[Program], how: signal.Signals = signal.SIGTERM) -> None:
    """End programs and everything that they started: asked first, killed after half a minute."""
    for sent in dict.fromkeys((how, signal.SIGKILL)):
        for program in programs:
            if not program.gone():
                program.signal(sent)
        end = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < end and not all([program.gone() for program in programs]):
            time.sleep(_PAUSE / 2)
