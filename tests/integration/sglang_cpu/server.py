"""Starts and stops a real SGLang server on this machine's CPU, on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[3]
PYTHON = Path(os.environ.get("ARENA_SGLANG_PYTHON", ROOT / ".venv-sglang/bin/python"))

_START_SECONDS, _STOP_SECONDS = 300, 30


class Server:
    """A server for a folder with a model; `start` again serves the same one at the same port."""

    def __init__(self, folder: Path, port: int, log: Path, **environment: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._port = port
        self._log = log
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, wait: bool = True) -> None:
        """Start it, and wait until it is healthy."""
        environment = os.environ | {
            "SGLANG_USE_CPU_ENGINE": "1",  # else it imports what only a GPU has
            "SGLANG_RETURN_ORIGINAL_LOGPROB": "1",
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
            **self._environment,
        }
        command = [
            *(str(PYTHON), "-m", "sglang.launch_server", "--model-path", str(self._folder)),
            *("--device", "cpu", "--dtype", "float32", "--host", "127.0.0.1", "--port", str(self._port)),
            *("--max-total-tokens", "32768", "--max-running-requests", "64", "--sleep-on-idle", *options),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, start_new_session=True, stdin=subprocess.DEVNULL
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Until it is healthy."""
        assert self._process is not None
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            assert self._process.poll() is None, f"the server ended:\n{self._log.read_text()[-3000:]}"
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=25):
                    return
            except OSError:
                time.sleep(0.5)
        raise AssertionError(f"not healthy after {_START_SECONDS} seconds:\n{self._log.read_text()[-3000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and all of its processes."""
        if self._process is None:
            return
        group = self._process.pid
        for sent in dict.fromkeys((how, signal.SIGKILL)):
            try:
                os.killpg(group, sent)
            except ProcessLookupError:
                break
            if _gone(group, _STOP_SECONDS):
                break
        self._process.wait()
        self._process = None


def _gone(group: int, seconds: float) -> bool:
    """Whether no process of the group is left, after so many seconds at most. The leader is ours to reap."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(group, os.WNOHANG)
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
