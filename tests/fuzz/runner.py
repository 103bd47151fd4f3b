"""Runs inputs through `arena`, and judges how each ended."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import arena

COUNT = int(os.environ.get("ARENA_FUZZ", "100"))  # inputs of each kind
_SHOWN = 5  # faults in a report
_SECONDS = 10.0  # of work; waiting for a busy machine is no hang
_GROWTH = 1 << 30  # bytes
_CODES = {0, 2, 3, 4, 5, 130}
# what a terminal would act on: controls but the line break and the tab, C1, and marks that turn the direction
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Ended:
    """How an input ended."""

    code: int
    hung: bool
    growth: int
    stdout: bytes
    stderr: bytes

    @property
    def fault(self) -> str:
        """What must never happen and did, "" for nothing."""
        if self.hung:
            return f"no end within {_SECONDS:.0f} seconds of work"
        said = self.stdout + b"\n" + self.stderr
        if self.code not in _CODES:
            return f"exit {self.code}"
        if b"Traceback (most recent call last)" in said or b"Exception ignored" in said:
            return "a traceback"
        if self.growth > _GROWTH:
            return f"{self.growth >> 20} MiB more memory"
        try:
            text = said.decode()
        except UnicodeDecodeError as error:
            return f"output that is no UTF-8: {error}"
        raw = _RAW.search(text)
        return f"a raw {raw.group()!r} for the terminal: {text[max(0, raw.start() - 40) : raw.end()]!r}" if raw else ""


class Runner:
    """One process from which each input's own is forked; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._forge = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.forge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(arena.__file__).parents[1],
            env={**os.environ, "PYTHONPATH": str(Path(arena.__file__).parents[1]), "COLUMNS": "100"},
        )
        self._answer()

    def close(self) -> None:
        """End it."""
        assert self._forge.stdin is not None and self._forge.stdout is not None
        self._forge.stdin.close()
        self._forge.wait(30)
        self._forge.stdout.close()

    def run(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        stdin: Path | None = None,
        target: str = "arena.cli.main:main",
    ) -> Ended:
        """One input, in the folder `place`."""
        assert self._forge.stdin is not None
        case = {
            "arguments": list(arguments),
            "environment": dict(environment or {}),
            "folder": str(self.place),
            "stdin": str(stdin or os.devnull),
            "target": target,
            "seconds": _SECONDS,
        }
        self._forge.stdin.write(json.dumps(case) + "\n")
        self._forge.stdin.flush()
        found = self._answer()
        out, err = ((self.place / name).read_bytes() for name in ("stdout", "stderr"))
        return Ended(found["code"], found["hung"], found["growth"], out, err)

    @property
    def place(self) -> Path:
        """The working directory of the inputs."""
        self._folder.mkdir(exist_ok=True)
        return self._folder

    def clean(self) -> None:
        """Empty it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answer(self) -> dict[str, Any]:
        assert self._forge.stdout is not None
        line = self._forge.stdout.readline()
        assert line, "the process that inputs are forked from has ended"
        return dict(json.loads(line))


@contextmanager
def runner(folder: Path) -> Iterator[Runner]:
    """A runner whose inputs work in `folder`."""
    made = Runner(folder)
    try:
        yield made
    finally:
        made.close()


def fuzz(kind: str, one: Callable[[random.Random], tuple[str, Ended | str]], count: int = COUNT) -> None:
    """Try inputs 0 to count - 1 of a kind. `one` makes an input from a seeded generator and runs it; it returns the
    input as a person would repeat it, and how it ended, or the fault itself."""
    faults = []
    for number in range(count):
        shown, ended = one(random.Random(f"{kind}-{number}"))
        fault = ended if isinstance(ended, str) else ended.fault
        if fault:
            said = "" if isinstance(ended, str) else ended.stderr.decode("utf-8", "replace")[-600:]
            faults.append(f"{kind} {number}: {fault}\n  {shown[:300]!r}\n  {said}")
    assert not faults, f"{len(faults)} of {count} inputs:\n" + "\n".join(faults[:_SHOWN])
