"""How fast Arena plays a tournament of rock-paper-scissors on Gemma, compared with the documented way and the limit.

The documented way is llama-cpp-python's `create_completion`, one call per move, on prompts that Arena asked. It runs
in a process of its own (`support/documented_way.py`), and so does the measurement of the machine's limit
(`support/limit.py`); both run before and after Arena's part, half of their work each time, so that a drift of the
machine's speed affects all three. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from arena.agents.moves import move_tokens
from arena.backends.loading import Models
from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.experiments.experiment import carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.games import parse_game
from arena.session.progress import observer
from arena.store.store import Store
from benchmarks.support.limit import PREFILL, SEQUENCES
from benchmarks.support.memory import memory_watched

MODEL = "gemma-3-270m"
ROUNDS = 10
_SUPPORT = Path(__file__).with_name("support")


# --- Arena's part ---


@dataclass(slots=True)
class Played:
    """A tournament that was played: how long it took, how much was evaluated, and what was asked in which order.

    `prompts` are the token ids of every match's prompts, round after round; `distinct` counts the nodes of
    their prefix tree.
    """

    seconds: float
    rounds: int
    prompt_tokens: int
    sampled_tokens: int
    peak_mib: float
    distinct: int = 0
    prompts: list[list[list[int]]] = field(default_factory=list)

    @property
    def evaluated(self) -> int:
        """Tokens that the model evaluated, in prompts and continuations."""
        return self.prompt_tokens + self.sampled_tokens


def play(games: int, matches_kept: int) -> Played:
    """Play a tournament into a temporary store. Loading the model isn't timed."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "speed.db"
        played = asyncio.run(_play(store, games))
        played.distinct, played.prompts = _asked(store, matches_kept)
        return played


async def _play(path: Path, games: int) -> Played:
    with observer("plain") as watching:
        models = Models(tell=watching.tell)
        try:
            spec = TournamentSpec(subjects=(f"llm:{MODEL}",), matches=games, rounds=ROUNDS)
            plan = await plan_tournament(spec, models)
            model = await models.get(MODEL)
            with Store.open(path, create=True) as store, memory_watched() as peak:
                before, begun = await model.work(), time.perf_counter()
                await carry_out(plan, store, models, watching)
                seconds, work = time.perf_counter() - begun, await model.work()
            return Played(
                seconds,
                games * ROUNDS,
                work.prompt_tokens - before.prompt_tokens,
                work.sampled_tokens - before.sampled_tokens,
                peak(),
            )
        finally:
            await models.close()


def _asked(path: Path, matches: int) -> tuple[int, list[list[list[int]]]]:
    """How many distinct tokens the prompts had, and those of the first matches in the order of asking."""
    with Store.open(path) as store:
        (cell,) = store.cells(store.run(None))
        by_number = {row.number: row.prompt.tokens for row in store.prompts(cell)}
        columns = store.rounds(cell, len(parse_game(cell.spec.what).moves))
    asked = zip(columns.match.tolist(), columns.prompt.tolist(), strict=True)
    kept = [
        [list(by_number[number]) for _, number in rounds]
        for match, rounds in groupby(asked, key=lambda pair: pair[0])
        if match < matches
    ]
    return tree_size(list(by_number.values())), kept


def tree_size(prompts: Sequence[tuple[int, ...]]) -> int:
    """How many nodes the prefix tree of these prompts has: the fewest tokens that must be evaluated."""
    nodes = 0
    previous: tuple[int, ...] = ()
    for prompt in sorted(prompts):
        pairs = zip(previous, prompt, strict=False)
        shared = next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(previous), len(prompt)))
        nodes += len(prompt) - shared
        previous = prompt
    return nodes


# --- the other two ---


def in_child(program: str, task: dict[str, Any]) -> dict[str, Any]:
    """Run a program of benchmarks/support, so that its memory and its crashes are its own."""
    command = [sys.executable, str(_SUPPORT / program)]
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{program}: the child process ended with code {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


# --- the whole ---


@dataclass(slots=True)
class Machine:
    """What the child processes need to know, and their measurements."""

    task: dict[str, Any]
    documented_seconds: float = 0.0
    documented_rounds: int = 0
    prefill: list[float] = field(default_factory=list)
    decode: list[float] = field(default_factory=list)

    def measure(self, prompts: Sequence[list[list[int]]]) -> None:
        """Play these matches in the documented way, and measure the limit."""
        asked = [prompt for match in prompts for prompt in match]
        if asked:
            self.documented_seconds += in_child("documented_way.py", self.task | {"prompts": asked})["seconds"]
            self.documented_rounds += len(asked)
        speeds = in_child("limit.py", self.task)
        self.prefill += speeds["prefill"]
        self.decode += speeds["decode"]


def _machine(cache: str) -> Machine:
    settings = Settings().resolved()
    return Machine(
        {
            "path": str(locate(find_model(MODEL))),
            "threads": settings.threads,
            "cautious": settings.cautious,
            "counted": asyncio.run(_counted()),
            "cache": cache,
            "repeats": 5,
        }
    )


async def _counted() -> list[list[int]]:
    """The tokens that count for each move."""
    models = Models()
    try:
        model = await models.get(MODEL)

        async def tokenize(text: str) -> tuple[int, ...]:
            return await model.tokenize(text, False)

        found = await move_tokens(parse_game("rps").moves, model.vocabulary, tokenize)
        return [list(tokens) for tokens in found.counted]
    finally:
        await models.close()


def compare(games: int, documented_games: int, scale: bool, cache: str) -> dict[str, float]:
    """Run all parts in turn; returns what the last line shows."""
    machine = _machine(cache)
    half = documented_games // 2
    # The first half needs prompts before Arena's run has asked them: a short run with the same draws asks them too.
    early = play(max(half, 1), half)
    machine.measure(early.prompts)
    arena = play(games, documented_games)
    machine.measure(arena.prompts[half:])

    documented_speed = machine.documented_rounds / machine.documented_seconds
    arena_speed = arena.rounds / arena.seconds
    prefill, decode = statistics.median(machine.prefill), statistics.median(machine.decode)
    least = arena.distinct / prefill + arena.sampled_tokens / decode
    result = {
        "documented_rounds_per_s": documented_speed,
        "arena_rounds_per_s": arena_speed,
        "ratio": arena_speed / documented_speed,
        "fraction_of_limit": least / arena.seconds,
        "peak_mib": arena.peak_mib,
    }
    same = sum(
        a == b
        for early_, run in zip(early.prompts, arena.prompts, strict=False)
        for a, b in zip(early_, run, strict=True)
    )
    rows = [
        ("documented way", f"{machine.documented_rounds} rounds", f"{machine.documented_seconds:.1f} s"),
        ("", "rounds/s", f"{documented_speed:.2f}"),
        ("", "prompts of the first half that Arena's run asked too", f"{same} of {half * ROUNDS}"),
        ("Arena", f"{arena.rounds} rounds", f"{arena.seconds:.1f} s"),
        ("", "rounds/s", f"{arena_speed:.2f}"),
        ("", "prompt tokens evaluated (distinct)", f"{arena.prompt_tokens} ({arena.distinct})"),
        ("", "continuation tokens evaluated", f"{arena.sampled_tokens}"),
        ("", "peak memory of all processes", f"{arena.peak_mib:.0f} MiB"),
        ("limit", f"prefill, a prompt of {PREFILL} tokens", f"{prefill:.0f} tokens/s"),
        ("", f"decode, {SEQUENCES} sequences", f"{decode:.0f} tokens/s"),
        ("", "time for Arena's tokens at these speeds", f"{least:.1f} s"),
        ("", "fraction of the limit reached", f"{result['fraction_of_limit']:.2f}"),
        ("ratio", "Arena / documented way (target: 15 or more)", f"{result['ratio']:.1f}"),
    ]
    if scale:
        rows += _scaled(arena, result)
    _print_table(rows)
    return result


def _scaled(arena: Played, result: dict[str, float]) -> list[tuple[str, str, str]]:
    """Ten times as many games: does a token cost more when the tree is larger?"""
    large = play(10 * arena.rounds // ROUNDS, 0)
    a_token = large.seconds / large.evaluated / (arena.seconds / arena.evaluated)
    result |= {
        "scale_seconds_per_token_ratio": a_token,
        "scale_seconds_ratio": large.seconds / arena.seconds,
        "scale_peak_mib": large.peak_mib,
    }
    return [
        ("scale", f"{large.rounds} rounds", f"{large.seconds:.1f} s, {large.rounds / large.seconds:.1f} rounds/s"),
        ("", "tokens evaluated (distinct of prompts)", f"{large.evaluated} ({large.distinct})"),
        ("", "peak memory of all processes", f"{large.peak_mib:.0f} MiB"),
        ("", "time per token, over the smaller run's (target: at most 1.2)", f"{a_token:.2f}"),
        ("", "time, over the smaller run's", f"{large.seconds / arena.seconds:.2f}"),
    ]


def _print_table(rows: Sequence[tuple[str, str, str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for part, what, figure in rows:
        print(f"{part:<{widths[0]}}  {what:<{widths[1]}}  {figure:>{widths[2]}}")


def main() -> None:
    """Read the options, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=500, help="matches that Arena plays")
    parser.add_argument("--documented-games", type=int, default=10, help="how many are also played the documented way")
    parser.add_argument("--scale", action="store_true", help="play ten times as many games too")
    parser.add_argument("--cache", choices=["prefix", "ram"], default="prefix", help="the documented way's cache")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line to this file")
    options = parser.parse_args()
    if not 2 <= options.documented_games <= options.games:
        parser.error("--documented-games lies between 2 and --games")
    line = json.dumps(compare(options.games, options.documented_games, options.scale, options.cache))
    if options.json:
        options.json.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
