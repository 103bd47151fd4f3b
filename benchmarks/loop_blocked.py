"""How long the event loop is blocked while a model is looked up, identified and loaded: a screen or another match would
wait as long.

Each model in a process of its own, so that imports count: the two small ones as GGUF files, and one on a server that
takes a second for each answer (stub_server.py). The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from benchmarks.support.telling import tell_result

MODELS: Final = ("gemma-3-270m", "smollm2-135m-instruct")
SERVED: Final = "smollm2-135m-instruct"
STEPS: Final = ("looked up", "identified", "loaded")
TARGET: Final = 0.05  # seconds
_TICK: Final = 0.001
_TOKENIZER: Final = """
import sys
from transformers import AutoTokenizer
AutoTokenizer.from_pretrained(sys.argv[1], gguf_file=sys.argv[2]).save_pretrained(sys.argv[3])
"""


class Watch:
    """Ticks in the loop, and records how late each tick comes."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.longest = 0.0
        self._ticking = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            now = time.perf_counter()
            self.longest = max(self.longest, now - self._last - _TICK)
            self._last = now

    async def over(self, step: Callable[[], Awaitable[object]]) -> tuple[float, float]:
        """The longest time that a step blocked the loop, and the time that it took, both in seconds."""
        await asyncio.sleep(10 * _TICK)
        self.longest, begun = 0.0, time.perf_counter()
        await step()
        await asyncio.sleep(2 * _TICK)  # a block that lasts until the end is seen by the next tick
        return self.longest, time.perf_counter() - begun


async def measured(name: str) -> dict[str, tuple[float, float]]:
    """Both times for each step."""
    from arena.agents.style import style_and_format
    from arena.backends.loading import Models

    models, watch = Models(), Watch()
    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "looked up": lambda: style_and_format(name, None, None, models),
        "identified": lambda: models.identify(name),
        "loaded": lambda: models.get(name),
    }
    try:
        return {step: await watch.over(steps[step]) for step in STEPS}
    finally:
        await models.close()


@contextmanager
def slow_server() -> Iterator[str]:
    """The stub, which takes a second for each answer; yields its address."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "model"
        gguf = locate(find_model(SERVED))
        subprocess.run(
            [sys.executable, "-c", _TOKENIZER, gguf.parent, gguf.name, folder], check=True, stderr=subprocess.DEVNULL
        )
        command = [sys.executable, str(Path(__file__).with_name("stub_server.py")), str(folder), "100", "1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                yield process.stdout.readline().strip()
            finally:
                process.kill()


def in_process(name: str) -> dict[str, tuple[float, float]]:
    """The same in a new process."""
    print(f"loading {name}", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, __file__, "--model", name], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, tuple[float, float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure, print a table, and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="processes for each model; the worst of them counts")
    parser.add_argument("--json", type=Path, help="write the result there too")
    parser.add_argument("--model", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.model:
        print(json.dumps(asyncio.run(measured(options.model))))
        return
    result: dict[str, Any] = {"cores": len(os.sched_getaffinity(0)), "target_s": TARGET}
    with slow_server() as url:
        for name in (*MODELS, f"{SERVED}@sglang:{url}"):
            shown = name.partition("@")[0] + (" on a slow server" if "@" in name else "")
            runs = [in_process(name) for _ in range(options.repeats)]
            result[shown] = {
                step: {
                    "blocked_s": max(run[step][0] for run in runs),
                    "seconds": sorted(run[step][1] for run in runs)[len(runs) // 2],
                }
                for step in STEPS
            }
    print(f"{'longest time the loop was blocked, in ms':<42}" + "".join(f"{step:>12}" for step in STEPS))
    for shown, found in result.items():
        if isinstance(found, dict):
            print(f"{shown:<42}" + "".join(f"{1000 * found[step]['blocked_s']:>12.1f}" for step in STEPS))
    tell_result(result, options.json)


if __name__ == "__main__":
    main()
