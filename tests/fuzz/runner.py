"""Runs inputs through `arena`, and judges how each ended."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.support.forked import MAIN, Ended, forge

COUNT = int(os.environ.get("ARENA_FUZZ", "100"))  # inputs of each kind
_SHOWN = 5  # faults in a report
_SECONDS = 20.0  # of work, of which all tables and figures take up to seven; waiting for a busy machine is no hang
_PATIENCE = 6 * _SECONDS  # on a machine that is busy with something else
_GROWTH = 1 << 30  # bytes
_CODES = {0, 2, 3, 4, 5, 130}
# what a terminal would act on: controls but the line break and the tab, C1, and marks that turn the direction
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def fault(ended: Ended) -> str:
    """What must never happen and did, "" for nothing."""
    if not ended.in_time or ended.work > _SECONDS:
        return f"no end within {_SECONDS:.0f} seconds of work"
    said = ended.stdout + b"\n" + ended.stderr
    if ended.code not in _CODES:
        return f"exit {ended.code}"
    if b"Traceback (most recent call last)" in said or b"Exception ignored" in said:
        return "a traceback"
    if ended.growth > _GROWTH:
        return f"{ended.growth >> 20} MiB more memory"
    try:
        text = said.decode()
    except UnicodeDecodeError as error:
        return f"output that is no UTF-8: {error}"
    raw = _RAW.search(text)
    return f"a raw {raw.group()!r} for the terminal: {text[max(0, raw.start() - 40) : raw.end()]!r}" if raw else ""


class Runner:
    """Runs inputs in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(
        self, arguments: Sequence[str], *, environment: Mapping[str, str] | None = None, target: str = MAIN
    ) -> Ended:
        """One input, in the folder `place`."""
        around = {**os.environ, "COLUMNS": "100", **(environment or {})}
        return forge().run(arguments, folder=self.place, environment=around, patience=_PATIENCE, target=target)

    @property
    def place(self) -> Path:
        """The working directory of the inputs."""
        self._folder.mkdir(exist_ok=True)
        return self._folder

    def clean(self) -> None:
        """Empty it."""
        shutil.rmtree(self._folder, ignore_errors=True)


def fuzz(kind: str, one: Callable[[random.Random], tuple[str, Ended | str]], count: int = COUNT) -> None:
    """Try inputs 0 to count - 1 of a kind. `one` makes an input from a seeded generator and runs it; it returns the
    input as a person would repeat it, and how it ended, or the fault itself."""
    faults = []
    for number in range(count):
        shown, ended = one(random.Random(f"{kind}-{number}"))
        found = ended if isinstance(ended, str) else fault(ended)
        if found:
            said = "" if isinstance(ended, str) else ended.stderr.decode("utf-8", "replace")[-600:]
            faults.append(f"{kind} {number}: {found}\n  {shown[:300]!r}\n  {said}")
    assert not faults, f"{len(faults)} of {count} inputs:\n" + "\n".join(faults[:_SHOWN])
