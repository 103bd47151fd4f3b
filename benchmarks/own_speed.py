"""What a round costs Arena itself: a tournament with a model that costs nothing, through a worker process as always.

On a GPU this is the time that computing must hide. With `--profile`, both processes are profiled, which slows them.
The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arena.backends.backend import Identity
from arena.backends.base import LanguageModel
from arena.backends.loading import Models
from arena.backends.local.client import LocalModel
from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.experiments.tournament.spec import TournamentSpec
from arena.session.progress import observer
from benchmarks.support.telling import tell_result
from benchmarks.support.timed import timed

TOKENIZER = "smollm2-135m-instruct"
_LIBRARY = "benchmarks.support.free_model:FreeModel"


class FreeModels(Models):
    """Models that cost nothing, with the tokenizer of a folder."""

    def __init__(self, folder: str, settings: Settings, tell: Callable[[str], None]) -> None:
        super().__init__(settings, tell)
        self._folder = folder

    async def identify(self, name: str) -> Identity:
        return Identity("free", "free")

    async def _load(self, name: str) -> LanguageModel:
        return await LocalModel.load(name, _LIBRARY, self._folder, self.settings, self._tell)


async def play(folder: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Tournaments with different seeds, one after another; the first warms up."""
    results = []
    with observer("none") as watching, tempfile.TemporaryDirectory() as place:
        models = FreeModels(folder, Settings(), watching.tell)
        try:
            for seed in range(options.repeats + 1):
                spec = TournamentSpec(
                    subjects=(f"llm:transformers:{folder}",),
                    matches=options.games if seed else 20,
                    rounds=10,
                    seed=seed,
                    style="base",
                    format="none",
                )
                profile = cProfile.Profile() if options.profile and seed == options.repeats else None
                begun = time.process_time()
                if profile:
                    profile.enable()
                seconds, work = await timed(spec, models, Path(place) / f"{seed}.db", watching)
                if profile:
                    profile.disable()
                    pstats.Stats(profile).sort_stats("tottime").print_stats(35)
                rounds = 10 * spec.matches
                results.append(
                    {
                        "seconds": seconds,
                        "rounds_per_s": rounds / seconds,
                        "parent_us_a_round": 1e6 * (time.process_time() - begun) / rounds,
                        "batches": work.batches,
                        "prompts": work.prompts,
                    }
                )
        finally:
            await models.close()
    return results[1:]


def main() -> None:
    """Play, and print a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer(Path(folder))
        results = asyncio.run(play(folder, options))
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    for line in results:
        print(line)
    rounds = 10 * options.games * options.repeats
    worker = 1e6 * (children.ru_utime + children.ru_stime) / rounds
    best = max(results, key=lambda line: line["rounds_per_s"])
    tell_result({**best, "worker_us_a_round_with_loading": worker})


def tokenizer(folder: Path) -> None:
    """Write the tokenizer of SmolLM2 into a folder."""
    from transformers import AutoTokenizer

    gguf = locate(find_model(TOKENIZER))
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)


if __name__ == "__main__":
    main()
