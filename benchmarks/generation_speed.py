"""How fast texts are generated, beside llama.cpp's own programs with as many texts at once.

`llama-parallel` samples texts for clients that ask at the same time, which is what Arena does for the answers to a
prompt; `llama-batched-bench` evaluates batches of the same size and samples nothing, which is the most that is
possible. Both are built from llama.cpp's source (docs/prediction.md says how), and are looked for on the path.

Usage: generation_speed.py [--model NAME] [--texts 128] [--at-once 64] [--tokens 100] [--top-k 40]
                           [--threads N] [--repeats 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arena.backends.base import Draw, LanguageModel, Request, Sampling, StopRule
from arena.backends.loading import Models
from arena.backends.local.settings import Settings, cores
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.concurrency import together
from arena.experiments.prediction.documents import shipped_documents
from benchmarks.support.telling import tell_result

TOP_P = 0.9


class Programs:
    """llama.cpp's programs, on one model with one number of texts at once."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._path = str(locate(find_model(options.model)))

    def parallel(self) -> tuple[float, int]:
        """The tokens that `llama-parallel` generates a second, and the tokens that all of its texts begin with."""
        own = self._options
        room = 1024 + own.at_once * (own.tokens + 64)
        said = self._run(
            "llama-parallel", "-np", own.at_once, "-ns", own.texts, "-n", own.tokens, "-c", room, "-kvu", "-pps",
            "--temp", 1, "--top-p", TOP_P, "--top-k", own.top_k, "--min-p", 0, "-s", "-1",
        )  # fmt: skip
        speed = re.search(r"Total gen tokens: +\d+, speed: +([\d.]+)", said)
        begins = re.search(r"system tokens = (\d+)", said)
        assert speed and begins, said[-2000:]
        return float(speed[1]), int(begins[1])

    def batched(self, begins: int) -> float:
        """The tokens a second of `llama-batched-bench`, behind as many tokens, with nothing sampled."""
        own = self._options
        room = 1024 + begins + own.at_once * (own.tokens + 64)
        said = self._run(
            "llama-batched-bench", "-npp", begins, "-ntg", own.tokens, "-npl", own.at_once, "-c", room, "-kvu", "-pps",
            "--output-format", "jsonl",
        )  # fmt: skip
        (line,) = re.findall(r'^\{.*"speed_tg".*\}$', said, re.MULTILINE)
        return float(json.loads(line)["speed_tg"])

    def _run(self, program: str, *options: object) -> str:
        found = shutil.which(program)
        if found is None:
            sys.exit(f"{program} is not on the path: build it as docs/prediction.md says")
        threads = ("-t", self._options.threads, "-tb", self._options.threads)
        command = [found, "-m", self._path, *map(str, (*threads, *options))]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


async def generate(model: LanguageModel, prompt: tuple[int, ...], name: str, texts: int, tokens: int) -> float:
    """The tokens that Arena generates a second, for so many texts behind one prompt."""
    stop = StopRule("(?!)", "(?!)", tokens, reach=1)

    lengths: list[int] = []

    async def draw(number: int) -> None:
        request = Request(prompt, (), stop, Sampling(1.0, TOP_P), Draw(f"{name}|{number}", 1), top=0)
        (answer,) = (await model.complete(request)).answers
        lengths.append(len(answer.tokens))

    since = time.perf_counter()
    await together(draw(number) for number in range(texts))
    return sum(lengths) / (time.perf_counter() - since)


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Both in turn, so that a machine that slows down slows both."""
    programs = Programs(options)
    theirs, ours = [], []
    settings = Settings(threads=options.threads, outputs=options.at_once)
    for repeat in range(options.repeats):
        speed, begins = await asyncio.to_thread(programs.parallel)
        theirs.append(speed)
        models = Models(settings, tell=lambda line: print(line, file=sys.stderr))
        try:  # loaded anew, so that nothing of it is in memory while the other program runs
            model = await models.get(options.model)
            words = await model.tokenize(" ".join(each.text for each in shipped_documents().documents[:2]), False)
            prompt = words[:begins]
            await generate(model, prompt, f"warm {repeat}", 4, 4)
            ours.append(await generate(model, prompt, str(repeat), options.texts, options.tokens))
        finally:
            await models.close()
    limit = await asyncio.to_thread(programs.batched, begins)
    arena, parallel = statistics.median(ours), statistics.median(theirs)
    return {
        "model": options.model,
        "threads": options.threads,
        "texts": options.texts,
        "at_once": options.at_once,
        "tokens": options.tokens,
        "top_k": options.top_k,
        "prompt_tokens": begins,
        "arena_tokens_per_s": arena,
        "parallel_tokens_per_s": parallel,
        "batched_tokens_per_s": limit,
        "ratio": arena / parallel,
        "fraction_of_batched": arena / limit,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and end with a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="gemma-3-270m")
    parser.add_argument("--texts", type=int, default=128)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument(
        "--top-k", type=int, default=40, help="of llama-parallel; its own default, which spares it sorting"
    )
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, dest="file")
    options = parser.parse_args(arguments)
    found = asyncio.run(measure(options))
    for key, value in found.items():
        print(f"{key:>24}  {value:.2f}" if isinstance(value, float) else f"{key:>24}  {value}")
    tell_result(found, options.file)


if __name__ == "__main__":
    main()
