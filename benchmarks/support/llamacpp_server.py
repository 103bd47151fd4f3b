"""Starts and stops llama.cpp's own server on this machine, on loopback: `python -m benchmarks.support.llamacpp_server`.

The package xllamacpp carries it compiled, for processors of any make.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from arena.backends.sglang.serving.processes import Program, answers, stop

_SLOTS, _CONTEXT = 4, 4 * 2048
_START_SECONDS = 60


class LlamaCppServer:
    """A server for a GGUF file; another `start` serves it, or another one, at the same port. With a `key`, it wants
    one. `unrounded`: what it keeps of a prompt isn't rounded to 16 bits."""

    def __init__(self, gguf: Path, port: int, log: Path, key: str = "", unrounded: bool = False) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.gguf = gguf
        self._port = port
        self._log = log
        self._key = key
        self._unrounded = unrounded
        self._program: Program | None = None

    def start(self) -> None:
        """Start it, and wait until it is healthy."""
        command = [
            sys.executable,
            "-m",
            __name__,
            str(self.gguf),
            str(self._port),
            self._key,
            str(int(self._unrounded)),
        ]
        self._program = Program(command, {"OMP_NUM_THREADS": "1"}, self._log)
        end = time.monotonic() + _START_SECONDS
        while not answers(f"{self.url}/health"):
            assert self._program.ended is None, f"the server ended:\n{self._program.said()}"
            assert time.monotonic() < end, f"not healthy after {_START_SECONDS} seconds:\n{self._program.said()}"
            time.sleep(0.2)

    def stop(self) -> None:
        """End it."""
        if self._program is not None:
            stop([self._program])
            self._program = None


def serving(gguf: str, port: int, slots: int, context: int, threads: int, cautious: bool) -> Any:
    """The server's parameters: so many prompts at once, which share `context` tokens, each with its cache. `cautious`:
    without layouts of weights that can crash on processors with AMX."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = gguf
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_parallel = slots
    parameters.n_ctx = context
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.n_threads_http = slots + 2  # each waits for its answer
    parameters.no_extra_bufts = cautious
    parameters.fit_params = parameters.warmup = False
    return parameters


def _serve(gguf: str, port: str, key: str, unrounded: str) -> None:
    """Serve until killed, or until the process that started this one has ended."""
    import xllamacpp

    parameters = serving(gguf, int(port), _SLOTS, _CONTEXT, 1, cautious=True)
    parameters.api_keys = [key] if key else []
    if unrounded == "1":
        parameters.cache_type_k = parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    server = xllamacpp.Server(parameters)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    print(f"{server.listening_address} ends with its parent", file=sys.stderr)
    os._exit(0)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
