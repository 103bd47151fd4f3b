"""Starts and stops a real SGLang server on this machine, on loopback: on its CPU, unless said otherwise."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from pathlib import Path

from arena.backends.sglang.serving.plan import RAW_VARIABLE
from arena.backends.sglang.serving.processes import Program, answers, stop

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("ARENA_SGLANG_PYTHON", ROOT / ".venv-sglang/bin/python"))
# what a server needs to share two cores with other programs
OPTIONS = ("--max-total-tokens", "32768", "--max-running-requests", "64", "--sleep-on-idle")
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}

_START_SECONDS = 300


def free_port(following: int = 0) -> int:
    """A port that nothing listens on, nor on so many ports after it. Connections that programs open don't get it."""
    while True:
        port = random.randrange(20_000, 30_000)
        if all(map(_is_free, range(port, port + following + 1))):
            return port


def _is_free(port: int) -> bool:
    try:
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", port))
            return True
    except OSError:
        return False


class Server:
    """A server for a folder with a model; another `start` serves the same model at the same port."""

    def __init__(self, folder: Path, port: int, log: Path, device: str = "cpu", **environment: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._device = device
        self._folder = folder
        self._port = port
        self._log = log
        self._environment = environment
        self._program: Program | None = None

    def start(self, *options: str, wait: bool = True) -> None:
        """Start it, and wait until it is healthy."""
        command = [
            *(str(PYTHON), "-m", "sglang.launch_server", "--model-path", str(self._folder)),
            *("--device", self._device, "--dtype", "float32", "--host", "127.0.0.1", "--port", str(self._port)),
            *(*OPTIONS, *options),
        ]
        # without this it imports modules that need a GPU
        without_gpu = {"SGLANG_USE_CPU_ENGINE": "1"} if self._device == "cpu" else {}
        environment = without_gpu | {RAW_VARIABLE: "1"} | ENVIRONMENT | self._environment
        self._program = Program(command, environment, self._log)
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until it is healthy."""
        program = self._program
        assert program is not None
        end = time.monotonic() + _START_SECONDS
        while not answers(f"{self.url}/health"):
            assert program.ended is None, f"the server ended:\n{program.said()}"
            assert time.monotonic() < end, f"not healthy after {_START_SECONDS} seconds:\n{program.said()}"
            time.sleep(0.5)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and all of its processes."""
        if self._program is not None:
            stop([self._program], how)
            self._program = None
