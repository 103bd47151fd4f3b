"""Bots: rounds a second with and without the store, beside other programs; and what is done with a large run.

Every side plays rock-paper-scissors (Axelrod the prisoner's dilemma) in matches of 10 rounds, both players drawing each
move at random, in a process of its own whose start isn't timed. All sides take turns, forwards and backwards. The last
line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.support.bot_games import LENGTH, Cost, command
from benchmarks.support.other_games import MISSING
from benchmarks.support.telling import tell_result

_ARENA: Final = {
    "arena": ("played", "uniform"),
    "arena_greedy": ("played", "greedy"),
    "arena_stored": ("stored", "uniform"),
    "arena_greedy_stored": ("stored", "greedy"),
}
_OTHERS: Final = ("textarena", "axelrod", "openspiel", "openspiel_core")
_NAMES: Final = {
    "arena": "Arena, uniform v. uniform",
    "arena_greedy": "Arena, uniform v. greedy",
    "arena_stored": "Arena, uniform v. uniform, stored",
    "arena_greedy_stored": "Arena, uniform v. greedy, stored",
    "textarena": "TextArena",
    "axelrod": "Axelrod",
    "openspiel": "OpenSpiel, its environment for Python",
    "openspiel_core": "OpenSpiel, all in C++",
}
_TARGETS: Final = {"arena_greedy": 60_000, "arena_greedy_stored": 40_000}
_OTHER_GAMES: Final = Path(__file__).parent / "support" / "other_games.py"


def rates(rounds: int, repeats: int, others: str) -> dict[str, dict[str, float]]:
    """Each side's rounds a second and per processor second; sides whose program isn't installed are left out."""
    found: dict[str, list[tuple[float, float]]] = {}
    sides = [*_ARENA, *_OTHERS]
    for turn in range(repeats):
        for side in list(sides) if turn % 2 == 0 else list(reversed(sides)):
            times = _once(side, rounds, others)
            if times is None:
                sides.remove(side)
                print(f"{_NAMES[side]} isn't installed, so it is left out", file=sys.stderr)
            else:
                found.setdefault(side, []).append((rounds / times[0], rounds / times[1]))
    return {side: _summary(found[side]) for side in sides}


def _once(side: str, rounds: int, others: str) -> tuple[float, float] | None:
    """The seconds and the processor's seconds of a side; None where its program is missing."""
    if side in _ARENA:
        words = [sys.executable, "-m", "benchmarks.support.bot_games", *_ARENA[side], str(rounds)]
    else:
        words = [others, str(_OTHER_GAMES), side, str(rounds)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode == MISSING and side not in _ARENA:
        return None
    if done.returncode:
        raise RuntimeError(f"{side} failed: {done.stderr}")
    wall, processor = map(float, done.stdout.split()[-2:])
    return wall, processor


def _summary(measured: Sequence[tuple[float, float]]) -> dict[str, float]:
    walls, processors = zip(*measured, strict=True)
    return {
        "rounds_per_s": statistics.median(walls),
        "least": min(walls),
        "most": max(walls),
        "rounds_per_cpu_s": statistics.median(processors),
    }


def large(games: int, repeats: int) -> dict[str, dict[str, float]]:
    """What a command takes with a run of so many matches, with the start of Python."""
    with tempfile.TemporaryDirectory() as place:
        store = ("--store", Path(place) / "arena.db")
        words = ("tournament", "--subject", "uniform", "--games", str(games), "--display", "none", *store)
        first = command(*words)
        asked = {"report": ("report", *store), "again": words, "runs": ("runs", *store)}
        costs: dict[str, list[Cost]] = {name: [] for name in asked}
        for turn in range(repeats):
            for name in list(asked) if turn % 2 == 0 else list(reversed(asked)):
                costs[name].append(command(*asked[name]))
        size = sum(file.stat().st_size for file in Path(place).iterdir())
    found = {name: _cost(each) for name, each in costs.items()}
    return {"first": {**_cost([first]), "store_mib": size / 2**20}, **found}


def _cost(costs: Sequence[Cost]) -> dict[str, float]:
    walls, processors, memory = zip(*costs, strict=True)
    return {
        "seconds": statistics.median(walls),
        "least": min(walls),
        "most": max(walls),
        "cpu_seconds": statistics.median(processors),
        "mib": max(memory),
    }


def main() -> None:
    """Measure, print two tables, and JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50_000, help="of each side in each turn")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--games", type=int, default=100_000, help=f"matches of {LENGTH} rounds of the large run; 0: none"
    )
    parser.add_argument(
        "--others", default=sys.executable, metavar="PYTHON", help="a Python that has the other programs"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line to this file")
    options = parser.parse_args()
    numbers: dict[str, Any] = {"rounds": options.rounds, "repeats": options.repeats, "games": options.games}
    numbers["rates"] = rates(options.rounds, options.repeats, options.others)
    print(f"{'':<40}{'rounds/s':>12}{'least':>12}{'most':>12}{'per CPU s':>12}{'target':>12}")
    for side, rate in numbers["rates"].items():
        target = f"{_TARGETS[side]:,}" if side in _TARGETS else ""
        print(f"{_NAMES[side]:<40}" + "".join(f"{value:>12,.0f}" for value in rate.values()) + f"{target:>12}")
    if options.games:
        numbers["large"] = large(options.games, options.repeats)
        heads = ("seconds", "least", "most", "CPU s", "MiB")
        print(f"\n{f'{options.games * LENGTH:,} rounds':<40}" + "".join(f"{head:>12}" for head in heads))
        for name, cost in numbers["large"].items():
            values = [cost[key] for key in ("seconds", "least", "most", "cpu_seconds", "mib")]
            print(f"{name:<40}" + "".join(f"{value:>12,.2f}" for value in values))
    tell_result(numbers, options.json)


if __name__ == "__main__":
    main()
