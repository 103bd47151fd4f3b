"""How quickly the app responds: its first screen, a key while a model computes, leaving it; and its memory.

The real app in a real pseudo-terminal of 80 by 24, against a real model. Everything is measured from outside: a
key counts as answered when its effect is visible in the terminal. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import random
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte

ARENA = str(Path(sys.executable).with_name("arena"))
MODEL = "llm:gemma-3-270m"
COLUMNS, ROWS = 80, 24
_MATCH = 20  # rounds of a match in a show
_PATIENCE = 120.0  # seconds before a measurement is abandoned
_TARGETS = {"first_screen_s": 1.5, "first_move_s": 5.0, "key_ms": 100.0, "exit_s": 1.0, "memory_mib": 50.0}


class Terminal:
    """A program in a pseudo-terminal, and the contents of its screen."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self.begun = time.perf_counter()
        self.process, self._file = pty.fork()
        if not self.process:
            places = {name: str(folder) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
            os.execvpe(ARENA, [ARENA, *words], os.environ | places | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(self._screen.display)

    def press(self, key: str) -> None:
        """Type something."""
        os.write(self._file, key.encode())

    def read(self, seconds: float) -> bool:
        """Read what is drawn within `seconds`; False if the program has ended."""
        ready, _, _ = select.select([self._file], [], [], seconds)
        if ready:
            try:
                self._stream.feed(os.read(self._file, 65536))
            except OSError:
                return False
        return True

    def until(self, what: Callable[[str], bool], seconds: float = _PATIENCE) -> float:
        """Wait until `what` holds for the screen; returns the seconds since the program was started."""
        end = time.perf_counter() + seconds
        while not what(self.text):
            if time.perf_counter() > end or not self.read(0.05):
                sys.exit(f"the app never got that far; its screen is\n{self.text}")
        return time.perf_counter() - self.begun

    def idle(self, seconds: float) -> None:
        """Wait, reading what is drawn meanwhile."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def leave(self) -> float:
        """Quit by key; returns the seconds until the process is gone."""
        begun = time.perf_counter()
        self.press("\x11")
        while True:
            self.read(0.01)
            done, _ = os.waitpid(self.process, os.WNOHANG)
            if done:
                self.process = 0
                return time.perf_counter() - begun
            if time.perf_counter() - begun > _PATIENCE:
                sys.exit("the app doesn't end")

    def end(self) -> None:
        """End the program, if it is still running."""
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self._file)


@contextmanager
def app(*words: str) -> Iterator[Terminal]:
    """The app with a new store and no memory of an earlier one."""
    with tempfile.TemporaryDirectory() as folder:
        # the lobby, `arena` alone, keeps its store in the working folder
        here = os.getcwd()
        os.chdir(folder)
        terminal = Terminal([*words], Path(folder))
        os.chdir(here)
        try:
            yield terminal
        finally:
            terminal.end()


def first_screen(repeats: int) -> list[float]:
    """Seconds from the start of `arena` until the lobby is visible."""
    seconds = []
    for _ in range(repeats):
        with app() as terminal:
            seconds.append(terminal.until(lambda text: "how predictable" in text and "Quit" in text))
    return seconds


def first_move(repeats: int) -> list[float]:
    """Seconds from the start of `arena` until a person who presses Enter and then a move has seen the first round."""
    seconds = []
    for _ in range(repeats):
        with app() as terminal:
            terminal.until(lambda text: "Quit" in text)
            terminal.press("\r")
            terminal.until(lambda text: "your move" in text)
            terminal.press("r")
            seconds.append(terminal.until(lambda text: "round 2 of" in text))
    return seconds


def key_latency(presses: int) -> list[float]:
    """Seconds from a key to its effect, in a show at full speed against a model that computes throughout."""
    chance = random.Random(0)
    seconds = []
    words = ("play", "--game", "hide-and-seek", "--subject", MODEL, "--show", "--rounds", "50")
    with app(*words) as terminal:
        terminal.until(lambda text: "rounds/s" in text and "how sure" in text)
        terminal.press("+" * 6)
        terminal.until(lambda text: "full speed" in text)
        for press in range(presses):
            terminal.idle(chance.uniform(0.05, 0.3))
            faster = bool(press % 2)  # the title shows the speed: slower, and back to full speed
            begun = time.perf_counter()
            terminal.press("+" if faster else "-")
            terminal.until(lambda text, faster=faster: ("full speed" in text) == faster)  # type: ignore[misc]
            seconds.append(time.perf_counter() - begun)
    return seconds


def exits(repeats: int) -> dict[str, list[float]]:
    """Seconds to leave the app, at four moments."""
    play = ("play", "--game", "rps", "--subject")
    moments: dict[str, tuple[tuple[str, ...], Callable[[str], bool]]] = {
        "in the lobby": ((), lambda text: "Quit" in text),
        "while a model loads": ((*play, MODEL, "--opponent", "human"), lambda text: "loading" in text),
        "while a model computes": ((*play, MODEL, "--show", "--rounds", "100"), lambda text: "how sure" in text),
        "in a show of bots": ((*play, "uniform", "--show", "--rounds", "100"), lambda text: "how sure" in text),
    }
    found: dict[str, list[float]] = {}
    for moment, (words, there) in moments.items():
        for _ in range(repeats):
            with app(*words) as terminal:
                terminal.until(there)
                if "--show" in words:
                    terminal.press("+" * 6)
                    terminal.idle(0.5)
                found.setdefault(moment, []).append(terminal.leave())
    return found


def memory(rounds: int) -> list[float]:
    """MiB that the app uses in a show of two bots at full speed, after a tenth of the rounds and after all."""
    held = []
    words = ("play", "--game", "rps", "--subject", "uniform", "--opponent", "uniform", "--show")
    with app(*words, "--rounds", str(_MATCH)) as terminal:
        terminal.until(lambda text: "rounds/s" in text)
        terminal.press("+" * 6)
        for reached in (rounds // 10 // _MATCH, rounds // _MATCH):
            terminal.until(lambda text, reached=reached: _games(text) >= reached, seconds=rounds)  # type: ignore[misc]
            status = Path(f"/proc/{terminal.process}/status").read_text()
            (used,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
            held.append(int(used) / 1024)
    return held


def _games(text: str) -> int:
    """The number of the match that a show is at."""
    found = re.search(r"game (\d+)", text)
    return int(found[1]) if found else 0


def main() -> None:
    """Measure, print a table, and JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3_000, help="of the show whose memory is measured")
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    options = parser.parse_args()
    begun = first_screen(options.repeats)
    moved = first_move(options.repeats)
    keys = sorted(1000 * seconds for seconds in key_latency(options.presses))
    left = exits(options.repeats)
    short, long = memory(options.rounds)
    numbers: dict[str, Any] = {
        "first_screen_s": statistics.median(begun),
        "first_move_s": statistics.median(moved),
        "key_ms": {"p50": statistics.median(keys), "p95": keys[int(0.95 * len(keys))], "max": keys[-1]},
        "exit_s": {moment: max(seconds) for moment, seconds in left.items()},
        "memory_mib": {str(options.rounds // 10): short, str(options.rounds): long, "difference": long - short},
        "targets": _TARGETS,
    }
    rows = [("first screen, s (median)", numbers["first_screen_s"], _TARGETS["first_screen_s"])]
    rows.append(("first move, s (median)", numbers["first_move_s"], _TARGETS["first_move_s"]))
    rows += [(f"key while a model computes, ms ({name})", value, 100.0) for name, value in numbers["key_ms"].items()]
    rows += [(f"leaving {moment}, s (slowest)", value, 1.0) for moment, value in numbers["exit_s"].items()]
    rows.append((f"MiB more after {options.rounds} rounds than after a tenth", long - short, _TARGETS["memory_mib"]))
    for name, value, target in rows:
        print(f"{name:<58}{value:>9.2f}   target {target:g}")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")
    print(json.dumps(numbers))


if __name__ == "__main__":
    main()
