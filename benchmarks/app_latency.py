"""How quickly the app responds: its first screen, a key while a model computes, leaving it; and its memory.

The real app in a real pseudo-terminal of 80 by 24, against a real model. Everything is measured from outside: a
key counts as answered when its effect is visible in the terminal. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.support.telling import tell_result
from benchmarks.support.terminal import app

MODEL = "llm:gemma-3-270m"
_MATCH = 20  # rounds of a match in a show
_LATE = 100.0  # milliseconds until a key is answered
_TARGETS = {"first_screen_s": 1.5, "first_move_s": 5.0, "late_of_200": 1.0, "exit_s": 1.0, "memory_mib": 50.0}


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
    parser.add_argument("--presses", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3_000, help="of the show whose memory is measured")
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    options = parser.parse_args()
    begun = first_screen(options.repeats)
    moved = first_move(options.repeats)
    keys = sorted(1000 * seconds for seconds in key_latency(options.presses))
    left = exits(options.repeats)
    short, long = memory(options.rounds)
    late = sum(latency > _LATE for latency in keys)
    numbers: dict[str, Any] = {
        "first_screen_s": statistics.median(begun),
        "first_move_s": statistics.median(moved),
        "key_ms": {"p50": statistics.median(keys), "p95": keys[int(0.95 * len(keys))], "max": keys[-1]},
        "late_keys": late,
        "late_of_200": 200 * late / len(keys),
        "exit_s": {moment: max(seconds) for moment, seconds in left.items()},
        "memory_mib": {str(options.rounds // 10): short, str(options.rounds): long, "difference": long - short},
        "targets": _TARGETS,
    }
    rows = [("first screen, s (median)", numbers["first_screen_s"], _TARGETS["first_screen_s"])]
    rows.append(("first move, s (median)", numbers["first_move_s"], _TARGETS["first_move_s"]))
    rows += [(f"key while a model computes, ms ({name})", value, _LATE) for name, value in numbers["key_ms"].items()]
    rows.append((f"of 200 keys, answered later than {_LATE:.0f} ms", numbers["late_of_200"], _TARGETS["late_of_200"]))
    rows += [(f"leaving {moment}, s (slowest)", value, 1.0) for moment, value in numbers["exit_s"].items()]
    rows.append((f"MiB more after {options.rounds} rounds than after a tenth", long - short, _TARGETS["memory_mib"]))
    for name, value, target in rows:
        print(f"{name:<58}{value:>9.2f}   target {target:g}")
    tell_result(numbers, options.json)


if __name__ == "__main__":
    main()
