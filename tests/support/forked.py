"""Runs `arena` in processes that are forked from one that has imported everything: the real program with its own
streams, folder and environment, without the second that importing it takes.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import arena

_ROOT = Path(arena.__file__).parents[1]
MAIN = "arena.cli.main:main"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, negative for a signal; whether it ended before it was killed; its seconds of
    work; its bytes of memory beyond what importing takes; its output."""

    code: int
    in_time: bool
    work: float
    growth: int
    stdout: bytes
    stderr: bytes


class Forge:
    """The process that others are forked from, one after another."""

    def __init__(self) -> None:
        self._streams = TemporaryDirectory(prefix="arena-forge-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            # without threads: a fork beside one that holds a lock could wait for it for ever
            env=os.environ | {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )
        self._answer()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
        self._streams.cleanup()

    def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        patience: float,
        stdin: str | Path = os.devnull,
        target: str = MAIN,
    ) -> Ended:
        """Run one process: `target` (MODULE:FUNCTION) with these arguments, in `folder`, with only this environment. It
        is killed after `patience` seconds."""
        assert self._process.stdin is not None
        stdout, stderr = (Path(self._streams.name) / name for name in ("stdout", "stderr"))
        case = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
            "patience": patience,
            "stdin": str(stdin),
            "stdout": str(stdout),
            "stderr": str(stderr),
            "target": target,
        }
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        found = self._answer()
        return Ended(
            found["code"], found["ended"], found["work"], found["growth"], stdout.read_bytes(), stderr.read_bytes()
        )

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that others are forked from has ended"
        return dict(json.loads(line))


@cache
def forge() -> Forge:
    """The forge of this process, which ends with it."""
    made = Forge()
    atexit.register(made.close)
    return made
