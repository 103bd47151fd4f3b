"""How fast Arena plays with each build of llama.cpp: the native one, and the prebuilt one.

A tournament of rock-paper-scissors on Gemma is played with one and with the other in turn, so that a drift of the
machine's speed affects both. Loading isn't timed. The last line on standard output is JSON, where `whole` lists the
builds that had to evaluate each prompt whole, which is slow (`arena.backends.local.agreement`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
from pathlib import Path
from typing import Any

from arena.backends.loading import Models
from arena.backends.local.llamacpp.builds import BUILDS, NATIVE, PREBUILT, VARIABLE
from benchmarks.tournament_speed import MODEL, Played, play


def compare(games: int, repeats: int) -> dict[str, Any]:
    """Play as many tournaments with each, every other pair in the other order."""
    found: dict[str, list[Played]] = {build.name: [] for build in BUILDS}
    whole = [build.name for build in BUILDS if "whole" in asyncio.run(_described(build.name))]
    for repeat in range(repeats):
        for build in BUILDS if repeat % 2 == 0 else reversed(BUILDS):
            os.environ[VARIABLE] = build.name  # the worker inherits it
            found[build.name].append(play(games, 0))
            print(f"{build.name}: {_speed(found[build.name][-1]):.1f} rounds/s", flush=True)
    speeds = {name: [_speed(played) for played in several] for name, several in found.items()}
    ratios = [ours / other for ours, other in zip(speeds[PREBUILT.name], speeds[NATIVE.name], strict=True)]
    return {
        **{f"{name}_rounds_per_s": statistics.median(several) for name, several in speeds.items()},
        "ratio": statistics.median(ratios),
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
        "whole": whole,
        "games": games,
        "repeats": repeats,
    }


async def _described(name: str) -> str:
    """What runs the model with a build, as a run's manifest has it."""
    os.environ[VARIABLE] = name
    models = Models()
    try:
        return (await models.get(MODEL)).build
    finally:
        await models.close()


def _speed(played: Played) -> float:
    return played.rounds / played.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the JSON to this file")
    options = parser.parse_args()
    found = compare(options.games, options.repeats)
    line = json.dumps(found)
    if options.json:
        options.json.write_text(line + "\n")
    print(line)


if __name__ == "__main__":
    main()
