"""Exact mode on Gemma: single integers under one setting, and under a grid of twelve from the same tree.

Usage: exact_speed.py [--repeats 5] [--model NAME] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arena.backends.base import Sampling
from arena.backends.loading import Models
from arena.experiments.numbers.cells import plan_cells
from arena.experiments.numbers.exact import explore
from arena.experiments.numbers.spec import NumbersSpec
from benchmarks.support.telling import tell_result

ONE = (Sampling(),)
GRID = tuple(Sampling(temperature, top_p) for temperature in (1.0, 1.5, 2.0, 2.5) for top_p in (1.0, 0.8, 0.5))


async def measure(name: str, repeats: int) -> dict[str, Any]:
    """One setting and the grid in turn, so that a machine that slows down slows both."""
    models = Models(tell=lambda line: print(line, file=sys.stderr))
    try:
        (cell,) = await plan_cells(NumbersSpec(subjects=(f"llm:{name}",), task="integers"), models)
        model = await models.get(name)
        question = await cell.question(model)
        await explore(model, question, cell.task, ONE)  # the prompt is in the cache from here on, for both
        seconds: dict[tuple[Sampling, ...], list[float]] = {ONE: [], GRID: []}
        nodes = 0
        for _ in range(repeats):
            for settings in (ONE, GRID):
                since = time.perf_counter()
                found = await explore(model, question, cell.task, settings)
                seconds[settings].append(time.perf_counter() - since)
                nodes = found[0].nodes
    finally:
        await models.close()
    return {
        "model": name,
        "distributions": nodes,
        "one_seconds": statistics.median(seconds[ONE]),
        "grid_seconds": statistics.median(seconds[GRID]),
        "grid_ratio": statistics.median(b / a for a, b in zip(seconds[ONE], seconds[GRID], strict=True)),
        "unexplored": found[0].unexplored,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--model", default="gemma-3-270m")
    parser.add_argument("--json", type=Path, dest="file")
    chosen = parser.parse_args(arguments)
    found = asyncio.run(measure(chosen.model, chosen.repeats))
    print(f"exact mode, single integers, {found['model']}: {found['distributions']} distributions")
    print(f"  one setting        {found['one_seconds']:6.2f} s")
    print(f"  twelve settings    {found['grid_seconds']:6.2f} s, {found['grid_ratio']:.2f} times as long")
    print(f"  not followed       {found['unexplored']:6.3f} of the distribution at temperature 1")
    tell_result(found, chosen.file)


if __name__ == "__main__":
    main()
