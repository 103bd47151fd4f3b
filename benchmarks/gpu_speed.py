"""The transformers backend with a model of Llama-3.1-8B's shape and random weights, compared with `model.generate` and
with what the device can do.

Only a tokenizer is needed, SmolLM2's: weights are drawn on the device. The output layer is given a bias for the moves,
so that most answers are one token, as a base model's are; with `--answers random` an answer is 8 tokens of anything,
and the move is then drawn from the policy. It takes less than 4 minutes on one card. `--shape small` is for trying the
script on a CPU. The last line on standard output is JSON, which is also written to a file with the card's name.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arena.backends.backend import Identity
from arena.backends.base import LanguageModel, Work
from arena.backends.loading import Models
from arena.backends.local.client import LocalModel
from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from benchmarks.support.telling import tell, tell_result

ROUNDS = 10
ANSWER = 8  # tokens at most
TOKENIZER = "smollm2-135m-instruct"
PILOT = 20  # matches that warm up, and show how many can be played in the time
MOVES = (" rock", " paper", " scissors")
TOGETHER = 64  # prompts that generate is given at once
_LIBRARY = "benchmarks.support.random_model:RandomWeights"
_PREFILL = (8, 1024)  # prompts and tokens each, for the limit
_DECODE = (256, 128)  # sequences and what each holds already


# --- Arena's part ---


class RandomModels(Models):
    """Models with random weights, which need no identity, so that 16 GB needn't be read to make one."""

    def __init__(self, folder: str, settings: Settings, tell: Callable[[str], None]) -> None:
        super().__init__(settings, tell)
        self._folder = folder

    async def identify(self, name: str) -> Identity:
        return Identity("random weights", "random weights")

    async def _load(self, name: str) -> LanguageModel:
        return await LocalModel.load(name, _LIBRARY, self._folder, self.settings, self._tell)


class Utilisation:
    """How busy the GPU is, read ten times a second from NVIDIA's library; nothing if that isn't installed."""

    def __init__(self, device: str) -> None:
        self._percent: list[int] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._index = int(device.partition(":")[2] or 0)
        self._watched = device.startswith("cuda")

    def __enter__(self) -> Utilisation:
        self._thread.start()
        return self

    def __exit__(self, *what: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            import pynvml as nvml
        except ImportError:
            return
        if not self._watched:
            return
        nvml.nvmlInit()
        handle = nvml.nvmlDeviceGetHandleByIndex(self._index)
        while not self._over.wait(0.1):
            self._percent.append(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)

    @property
    def mean(self) -> float | None:
        """The mean, in percent."""
        return sum(self._percent) / len(self._percent) if self._percent else None


async def play(folder: str, options: argparse.Namespace) -> dict[str, Any]:
    """Play a tournament into a temporary store, twice, so that the second time all shapes of batches have come up.
    Neither loading the model nor the first matches are timed."""
    from arena.experiments.tournament.spec import TournamentSpec
    from arena.session.progress import observer
    from benchmarks.support.playing import asked
    from benchmarks.support.timed import timed

    settings = Settings(
        device=options.device,
        dtype=options.dtype,
        batch=options.batch,
        outputs=options.outputs,
        kv_mib=options.kv_mib,
        kv_cells=options.cells,
        sequences=options.sequences,
        graphs=not options.no_graphs,
    )
    name = f"transformers:{folder}"
    with observer("plain") as watching, tempfile.TemporaryDirectory() as place:
        models = RandomModels(folder, settings, watching.tell)

        async def played(matches: int, seed: int) -> tuple[Path, float, Work]:
            spec = TournamentSpec(
                subjects=(f"llm:{name}",),
                matches=matches,
                rounds=ROUNDS,
                seed=seed,
                style="base",
                format="none",
                invalid="resample" if options.answers == "move" else "policy",
                max_tokens=ANSWER,
            )
            path = Path(place) / f"{seed}.db"
            return path, *await timed(spec, models, path, watching)

        try:
            _, seconds, _ = await played(PILOT, 1)
            matches = options.games or max(PILOT, min(500, int(PILOT * options.seconds / seconds)))
            tell(f"{PILOT} matches took {seconds:.1f} s: now {matches}, twice")
            _, first, _ = await played(matches, 2)
            with Utilisation(options.device) as busy:
                path, seconds, work = await played(matches, 0)
        finally:
            await models.close()
        prompts = [prompt for match in asked(path) for prompt in match]
    return {"matches": matches, "first": first, "seconds": seconds, "work": work, "prompts": prompts, "busy": busy.mean}


# --- the child processes: the folder, generate, the limit ---


def prepared(task: dict[str, Any]) -> dict[str, Any]:
    """Prepare what the model is made from."""
    from benchmarks.support.random_model import prepare

    prepare(Path(task["folder"]), Path(task["gguf"]), task["shape"], tuple(task["moves"]))
    return {}


def beside(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds for `generate` on one prompt after another and on many at once, and how many tokens per second the device
    evaluates in long prompts, and in many sequences of one token each."""
    import torch

    from benchmarks.support.generate_way import generate
    from benchmarks.support.random_model import make

    device = task["device"]
    model = make(Path(task["folder"]), device, task["dtype"])

    def timed(what: Callable[[], Any], repeats: int = 1) -> float:
        """The shortest of several times."""
        times = []
        for _ in range(repeats):
            begun = time.perf_counter()
            what()
            if device.startswith("cuda"):
                torch.cuda.synchronize()
            times.append(time.perf_counter() - begun)
        return min(times)

    def ask(*batches: list[list[int]]) -> None:
        for batch in batches:
            generate(model, batch, device, task["tokens"])

    singly, together = task["prompts"][: task["singly"]], task["prompts"][: task["together"]]
    batches = [together[at : at + TOGETHER] for at in range(0, len(together), TOGETHER)]
    ask(singly[:1], batches[0])  # warms up
    one = timed(lambda: ask(*([prompt] for prompt in singly))) / len(singly)
    many = timed(lambda: ask(*batches)) / len(together)
    with torch.inference_mode():
        count, length = task["prefill"]
        tokens = torch.randint(100, 1000, (count, length), device=device)
        prefill = timed(lambda: model(input_ids=tokens, use_cache=False, logits_to_keep=1), 4) / (count * length)
        count, length = task["decode"]
        past = model(input_ids=tokens[:1, :length].repeat(count, 1), use_cache=True, logits_to_keep=1).past_key_values
        decode = timed(lambda: model(input_ids=tokens[:1, :1].repeat(count, 1), past_key_values=past), 8) / count
    return {
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "generate_rounds_per_s": 1 / one,
        "generate_64_rounds_per_s": 1 / many,
        "prefill_tokens_per_s": 1 / prefill,
        "decode_tokens_per_s": 1 / decode,
    }


_CHILDREN: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"prepared": prepared, "beside": beside}


def in_child(kind: str, task: dict[str, Any]) -> dict[str, Any]:
    """Run a part in a process of its own, so that its memory is freed."""
    command = [sys.executable, __file__, "--child", kind]
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{kind}: the child process ended with code {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


# --- the whole ---


def measure(options: argparse.Namespace, folder: str) -> dict[str, Any]:
    """Play, and measure what it is compared with."""
    one_token = options.answers == "move"
    task = {"folder": folder, "device": options.device, "dtype": options.dtype, "shape": options.shape}
    tell(f"a model of the shape {options.shape} with random weights; the first matches")
    gguf = str(locate(find_model(TOKENIZER)))
    in_child("prepared", task | {"gguf": gguf, "moves": MOVES if one_token else ()})
    played = asyncio.run(play(folder, options))
    rounds, work = played["matches"] * ROUNDS / played["seconds"], played["work"]
    tell(f"Arena: {rounds:.1f} rounds/s; now generate and the limit")
    other = in_child(
        "beside",
        task
        | {
            "prompts": played["prompts"][: options.together],
            "singly": options.singly,
            "together": options.together,
            # an answer that needs more tokens, or another try, would only slow it down
            "tokens": 1 if one_token else ANSWER,
            "prefill": _PREFILL,
            "decode": _DECODE,
        },
    )
    at_the_limit = (
        work.prompt_tokens / other["prefill_tokens_per_s"] + work.sampled_tokens / other["decode_tokens_per_s"]
    )
    return {
        "device": card(options.device),
        "shape": options.shape,
        "dtype": options.dtype,
        "answers": options.answers,
        "matches": played["matches"],
        "seconds": played["seconds"],
        "first_rounds_per_s": played["matches"] * ROUNDS / played["first"],
        "arena_rounds_per_s": rounds,
        "prompt_tokens": work.prompt_tokens,
        "sampled_tokens": work.sampled_tokens,
        "prompts": work.prompts,
        "batches": work.batches,
        "gpu_busy_percent": played["busy"],
        **other,
        "ratio": rounds / other["generate_rounds_per_s"],
        "ratio_64": rounds / other["generate_64_rounds_per_s"],
        "fraction_of_limit": at_the_limit / played["seconds"],
    }


def card(device: str) -> str:
    """The name of the device."""
    if not device.startswith("cuda"):
        return device
    told = "import sys, torch; print(torch.cuda.get_device_name(sys.argv[1]))"
    return subprocess.run([sys.executable, "-c", told, device], capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Measure, print a table and a line of JSON, and write the JSON to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=["llama-3.1-8b", "small"], default="llama-3.1-8b")
    parser.add_argument("--answers", choices=["move", "random"], default="move")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", choices=["bfloat16", "float16", "float32"], default="bfloat16")
    parser.add_argument("--games", type=int, help="matches; by default as many as --seconds allow, at most 500")
    parser.add_argument("--seconds", type=float, default=60, help="about how long Arena plays")
    parser.add_argument("--singly", type=int, default=50, help="prompts that generate is given one by one")
    parser.add_argument("--together", type=int, default=512, help=f"prompts that it is given {TOGETHER} at a time")
    for name in ("batch", "outputs", "cells", "sequences", "kv-mib"):
        parser.add_argument(f"--{name}", type=int, default=0, help="as on Arena's command line")
    parser.add_argument("--no-graphs", action="store_true", help="launch kernels one by one")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder for the file; this one by default")
    parser.add_argument("--child", choices=[*_CHILDREN], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_CHILDREN[options.child](json.load(sys.stdin))))
        return
    with tempfile.TemporaryDirectory() as folder:
        result = measure(options, folder)
    for key, value in result.items():
        print(f"{key:<28}{value:>16,.3f}" if isinstance(value, float) else f"{key:<28}{value!s:>16}")
    options.out.mkdir(parents=True, exist_ok=True)
    file = re.sub(r"[^\w.-]+", "-", f"gpu_speed.{result['device']}.{options.shape}.{options.answers}.json")
    tell_result(result, options.out / file)


if __name__ == "__main__":
    main()
