"""Attention with one mask and in blocks, kernels launched one by one and as captured graphs, with the model of
`gpu_speed.py`: one batch of each of several sizes, the parts of attention, and matches in the engine, with the time
that each of its steps takes.

It takes a minute on one card. `--device cpu --shape small` tries the script itself. The results are JSON and text
files in the folder `--out`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from arena.backends.base import Completion, Draw, Request, StopRule
from arena.backends.local.agreement import difference, settle
from arena.backends.local.engine import Engine
from arena.backends.local.evaluator import Row
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.inputs import Placed
from arena.backends.local.transformers.rows import fetched
from arena.backends.local.transformers.shapes import ROWS
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from benchmarks.gpu_speed import MOVES, TOKENIZER
from benchmarks.support.random_model import RandomWeights, prepare

# tokens, sequences that they continue, and tokens that each sequence holds
SIZES = (
    (16, 4, 40),
    (64, 16, 40),
    (128, 32, 60),
    (256, 64, 40),
    (400, 64, 60),
    (512, 128, 30),
    (512, 34, 180),
    (1024, 128, 60),
    (1024, 68, 180),
)
HEAD = "Ann and Bob play rock-paper-scissors. Each of them wants to win.\n"
WORDS = ("rock", "paper", "scissors")


class Both(RandomWeights):
    """Computes attention in blocks, and captures graphs on CUDA; elsewhere it uses their shapes."""

    def _graphs(self, settings: Settings) -> bool:
        return True

    def _blocks(self) -> bool:
        return True

    @property
    def shared(self) -> Any:
        """Its cache."""
        return self._cache


# --- one batch ---


class Clock:
    """Times a function: until it returns, until the device has done it, and on the device alone."""

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"

    def __call__(self, what: Callable[[], Any], repeats: int = 5) -> dict[str, float]:
        """Medians in milliseconds."""
        found = defaultdict(list)
        for _ in range(repeats):
            self.wait()
            event: Any = torch.cuda.Event
            events = [event(enable_timing=True) for _ in range(2)] if self._cuda else []
            begun = time.perf_counter()
            if events:
                events[0].record()
            what()
            if events:
                events[1].record()
            found["host"].append(time.perf_counter() - begun)
            self.wait()
            found["wall"].append(time.perf_counter() - begun)
            if events:
                found["device"].append(events[0].elapsed_time(events[1]) / 1000)
        return {name: 1000 * statistics.median(times) for name, times in found.items()}

    def wait(self) -> None:
        """Wait for the device."""
        if self._cuda:
            torch.cuda.synchronize()


def batch_of(library: Both, tokens: int, sequences: int, past: int) -> Placed:
    """A batch of new tokens in sequences that hold some already."""
    shared, chance = library.shared, np.random.default_rng(tokens)
    shared.clear()
    held = [
        Row(int(chance.integers(100, 1000)), at, (sequence,), None)
        for sequence in range(sequences)
        for at in range(past)
    ]
    for start in range(0, len(held), library.batch):
        library.evaluate(held[start : start + library.batch])
    counts = [len(part) for part in np.array_split(np.arange(tokens), sequences)]
    placed: Placed = shared.placed(
        [
            Row(int(chance.integers(100, 1000)), past + at, (sequence,), (0,) if at == count - 1 else None)
            for sequence, count in enumerate(counts)
            for at in range(count)
        ]
    )
    return placed


def batches(library: Both, sizes: Sequence[tuple[int, int, int]]) -> list[dict[str, Any]]:
    """Each size in each way: times, and how many nats apart the distributions are."""
    shared, clock, results = library.shared, Clock(library.shared._device), []
    graphs = shared.graphs
    for size in sizes:
        batch = batch_of(library, *size)
        expected = fetched(shared.evaluate_in(batch.whole, batch))
        line: dict[str, Any] = dict(zip(("tokens", "sequences", "past"), size, strict=True))
        line |= {
            "seen": batch.whole.cells,
            "one_mask": clock(partial(shared.evaluate_in, batch.whole, batch)),
        }
        if batch.blocks is not None:
            line |= {"blocks": batch.blocks.count, "faster_in_blocks": batch.shape == batch.divided}
            line["nats_apart_blocks"] = difference(fetched(shared.evaluate_in(batch.divided, batch)), expected)
            line["in_blocks"] = clock(partial(shared.evaluate_in, batch.divided, batch))
        for _ in range(2):  # a shape that isn't usual is captured when it comes up again
            begun = time.perf_counter()
            found = graphs.evaluate(batch)
            clock.wait()
            line.setdefault("first_s", time.perf_counter() - begun)
        if found is not None:
            line["nats_apart_graph"] = difference(fetched(found), expected)
            line["graph"] = clock(partial(graphs.evaluate, batch))
            shape = graphs._shapes.choose(batch.shape)
            line["shape"] = str(shape)
            line["fill"] = clock(partial(graphs._captured[shape].inputs.fill, batch))
        line["failure"] = graphs.failure
        _say(json.dumps(line))
        results.append(line)
    shared.clear()
    return results


def parts(device: torch.device, blocks: int = 64, cells: int = 256) -> dict[str, Any]:
    """The parts of one layer's attention in blocks, for the 8B shape: ways to gather, and attention itself. Each is
    repeated 50 times, so that launching it doesn't count; milliseconds for one."""
    from torch.nn.functional import embedding, scaled_dot_product_attention

    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    held = torch.randn((16384, 8, 128), device=device, dtype=dtype)
    flat = held.view(16384, -1)
    at = torch.randint(0, 16384, (blocks * cells,), device=device)
    mask = torch.zeros((blocks, 1, 4 * ROWS, cells), device=device, dtype=dtype)
    query = torch.randn((blocks, 8, 4 * ROWS, 128), device=device, dtype=dtype)
    keys = held[at].view(blocks, cells, 8, 128).transpose(1, 2)
    found: dict[str, Any] = {}
    ways: dict[str, Callable[[], Any]] = {
        "index_select": lambda: held.index_select(0, at),
        "index_select_flat": lambda: flat.index_select(0, at),
        "index": lambda: flat[at],
        "embedding": lambda: embedding(at, flat),
        "attention": lambda: scaled_dot_product_attention(query, keys, keys, attn_mask=mask),
        "attention_without_mask": lambda: scaled_dot_product_attention(query, keys, keys),
        "repeat_mask": lambda: mask[:, :, :ROWS].repeat(1, 1, 4, 1),
    }
    clock, repeats = Clock(device), 50 if device.type == "cuda" else 2
    for name, what in ways.items():
        try:
            what()
            times = clock(partial(_repeated, what, repeats), 3)
            found[name] = times.get("device", times["wall"]) / repeats
        except RuntimeError as error:
            found[name] = str(error)[:100]
    return found


def _repeated(what: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        what()


def kernels(library: Both, file: Path) -> None:
    """Write which kernels take the device's time in a graph."""
    from torch.profiler import ProfilerActivity, profile

    shared = library.shared
    if shared._device.type != "cuda":
        return
    batch = batch_of(library, 512, 34, 180)
    for _ in range(3):
        shared.graphs.evaluate(batch)
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as found:
        for _ in range(3):
            shared.graphs.evaluate(batch)
        torch.cuda.synchronize()
    text = found.key_averages().table(sort_by="self_cuda_time_total", row_limit=28, max_name_column_width=80)
    file.write_text(f"three batches of 512 tokens in 34 sequences of 180 more\n{text}", encoding="utf-8")
    shared.clear()


# --- the engine ---


class Steps:
    """The time spent in methods, and how often they were called. A method's time includes that of those it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)

    @contextmanager
    def watched(self, *methods: tuple[Any, str]) -> Iterator[None]:
        """Time these while the context lasts."""
        usual = [(owner, name, getattr(owner, name)) for owner, name in methods]
        for owner, name, method in usual:
            label = f"{type(owner).__name__ if not hasattr(owner, '__name__') else owner.__name__}.{name}"
            setattr(owner, name, self._timed(label, method))
        try:
            yield
        finally:
            for owner, name, method in usual:
                setattr(owner, name, method)

    def _timed(self, label: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                self.seconds[label] += time.perf_counter() - begun
                self.calls[label] += 1

        return timed


def played(library: Both, matches: int, rounds: int, seed: int) -> dict[str, Any]:
    """Matches in the engine: each asks for its next round as soon as it is answered."""
    import arena.backends.local.engine as engine_module

    wanted = tuple(sorted({library.tokenize(word, False)[0] for word in (*WORDS, *MOVES)}))
    engine = Engine(
        library,
        library.vocabulary(),
        cells=library.cells,
        sequences=library.sequences,
        batch=library.batch,
        outputs=library.outputs,
    )
    pieces = {
        text: library.tokenize(text, False) for text in (f" {mine}, Bob {his}.\n" for mine in WORDS for his in WORDS)
    }
    openings = [library.tokenize(f"Round {number}: Ann chose", False) for number in range(1, rounds + 1)]
    history = {match: library.tokenize(HEAD, False) for match in range(matches)}
    at = dict.fromkeys(history, 0)
    stop = StopRule(r"\b(rock|paper|scissors)\b", r"\n", 8)

    def ask(match: int) -> None:
        tokens = history[match] + openings[at[match]]
        draw = Draw(f"{seed}|{match}|{at[match]}")
        engine.submit(match, Request(tokens, wanted, stop, draw=draw, depth=at[match]))

    steps = Steps()
    watched = [
        (engine, "submit"),
        (engine, "step"),
        (engine, "_begin_batch"),
        (engine, "_take"),
        (engine, "_answer"),
        (engine._tree, "plan"),
        (engine._tree, "settle"),
        (library, "evaluate"),
        (library, "ask"),
        (library.shared._cells, "place"),
        (library.shared._cells, "seen"),
        (library.shared, "_forward"),
        (engine_module, "wanted_of"),
    ]
    if library.shared.graphs is not None:
        watched.append((library.shared.graphs, "_first"))
    answers = 0
    begun = time.perf_counter()
    with steps.watched(*watched):
        for match in history:
            ask(match)
        while engine.busy:
            for match, done in engine.step():
                assert isinstance(done, Completion)
                answers += 1
                last = done.answers[-1].text
                mine = next((word for word in WORDS if word in last.lower()), WORDS[0])
                his = WORDS[(WORDS.index(mine) + match) % 3]
                history[match] += openings[at[match]] + pieces[f" {mine}, Bob {his}.\n"]
                at[match] += 1
                if at[match] < rounds:
                    ask(match)
    seconds = time.perf_counter() - begun
    batches = engine.work.batches
    return {
        "matches": matches,
        "answers": answers,
        "seconds": seconds,
        "answers_per_s": answers / seconds,
        "batches": batches,
        "prompt_tokens": engine.work.prompt_tokens,
        "sampled_tokens": engine.work.sampled_tokens,
        "ms_a_batch": {name: 1000 * total / batches for name, total in sorted(steps.seconds.items())},
        "calls_a_batch": {name: count / batches for name, count in sorted(steps.calls.items())},
    }


# --- the whole ---


def main() -> None:
    """Measure, and write what was found after each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", default="llama-3.1-8b")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--games", type=int, default=300)
    parser.add_argument("--out", type=Path, default=Path("gpu_graphs"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {"torch": torch.__version__}

    def keep(name: str, value: Any) -> None:
        result[name] = value
        (options.out / "gpu_graphs.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        _say(f"{name}: {json.dumps(value)}")

    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), locate(find_model(TOKENIZER)), options.shape, MOVES)
        begun = time.perf_counter()
        library = Both(folder, Settings(device=options.device, dtype=options.dtype, kv_mib=8192, kv_cells=32768))
        keep("load_s", time.perf_counter() - begun)
    _, why = settle(library)
    keep("settled", {"why_whole": why, "build": library.build()})
    if why:
        sys.exit("prompts can't share a cache: nothing to compare")
    shared = library.shared
    graphs = shared.graphs
    keep("captured_at_load", len(graphs._captured))
    keep("failure", graphs.failure)
    sizes = [
        size
        for size in SIZES
        if size[0] <= library.batch and size[1] <= library.sequences and size[0] + size[1] * size[2] <= library.cells
    ]
    keep("batches", batches(library, sizes))
    keep("parts", parts(shared._device))
    for name, blocks, here, seed in (
        ("engine_one_mask", False, None, 1),
        ("engine_blocks", True, None, 1),
        ("engine_graphs_first", True, graphs, 1),
        ("engine_graphs_again", True, graphs, 1),
        ("engine_graphs_other_seed", True, graphs, 3),
    ):
        shared.blocks, shared.graphs = blocks, here
        library.clear()
        keep(name, played(library, options.games, 10, seed))
    shared.blocks = True
    keep("captured", sorted(str(shape) for shape in graphs._captured))
    if options.device.startswith("cuda"):
        keep("memory_mib", torch.cuda.max_memory_allocated() // 2**20)
    keep("failure", graphs.failure)
    kernels(library, options.out / "kernels.txt")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
