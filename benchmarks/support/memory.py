"""How much memory a benchmark uses, over all its processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SAMPLE_SECONDS = 0.2  # between two looks


@contextmanager
def memory_watched() -> Iterator[Callable[[], float]]:
    """The peak in MiB of this process and all its descendants, while the context lasts."""
    over = threading.Event()
    peak = 0.0

    def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, sum(map(resident, family(os.getpid()))))
            if over.wait(_SAMPLE_SECONDS):
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: peak
    finally:
        over.set()
        watcher.join()


def family(process: int) -> Iterator[int]:
    """A process and all its descendants."""
    yield process
    for task in Path(f"/proc/{process}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def resident(process: int) -> float:
    """A process's memory in MiB, with shared pages divided among the processes that share them; 0 if it is gone."""
    for file, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in Path(f"/proc/{process}/{file}").read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1]) / 1024
        except OSError:
            continue
    return 0.0


def own(process: int) -> float:
    """A process's own memory in MiB, without the pages of files, which other programs may share; 0 if it is gone."""
    try:
        lines = [line.split() for line in Path(f"/proc/{process}/status").read_text().splitlines()]
    except OSError:
        return 0.0
    return sum(int(words[1]) for words in lines if words[0] in ("RssAnon:", "VmSwap:")) / 1024
