"""Starts and stops a real vLLM server on this machine's CPU, on loopback."""

from __future__ import annotations

import os
import time
from pathlib import Path

from arena.backends.sglang.serving.processes import Program, answers, stop

PYTHON = Path(os.environ.get("ARENA_VLLM_PYTHON", Path(__file__).parents[2] / ".venv-vllm/bin/python"))
# what a server needs to share two cores with other programs
_OPTIONS = ("--dtype", "float32", "--max-model-len", "2048", "--max-num-seqs", "32", "--enforce-eager")
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

_START_SECONDS = 400


class VLLMServer:
    """A server for a folder with a model, named `tiny` on it."""

    def __init__(self, folder: Path, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._port = port
        self._log = log
        self._program: Program | None = None

    def start(self, *options: str) -> None:
        """Start it, and wait until it is healthy."""
        command = [
            *(str(PYTHON), "-m", "vllm.entrypoints.openai.api_server", "--model", str(self._folder)),
            *("--served-model-name", "tiny", "--host", "127.0.0.1", "--port", str(self._port), *_OPTIONS, *options),
        ]
        self._program = Program(command, _ENVIRONMENT, self._log)
        end = time.monotonic() + _START_SECONDS
        while not answers(f"{self.url}/health"):
            assert self._program.ended is None, f"the server ended:\n{self._program.said()}"
            assert time.monotonic() < end, f"not healthy after {_START_SECONDS} seconds:\n{self._program.said()}"
            time.sleep(1)

    def stop(self) -> None:
        """End it and all of its processes."""
        if self._program is not None:
            stop([self._program])
            self._program = None
