"""SmolLM2 in 32 bits on a GPU and on the CPU: a tournament on each, with the same draws.

The CPU plays the first `--beside` of the GPU's matches. Policies are compared in the rounds in which both were asked
the same prompt. The last line on standard output is JSON, which is also written to the folder `--out`.
`gpu_check.sh` runs this among other checks.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from arena.backends.loading import Models
from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.experiments.tournament.spec import TournamentSpec
from arena.session.progress import observer
from arena.store.rows import RoundColumns
from arena.store.store import Store
from benchmarks.support.telling import tell_result
from benchmarks.support.timed import timed

MODEL = "smollm2-135m-instruct"
ROUNDS = 10


@dataclass(frozen=True)
class Played:
    """A tournament's rounds, the prompt of each, and how long it took without loading the model."""

    rounds: RoundColumns
    prompts: list[tuple[int, ...]]
    seconds: float

    def told(self) -> dict[str, Any]:
        """The net in points with half the width of its 95% interval, matches as clusters."""
        nets = 100 * self.rounds.outcome.reshape(-1, ROUNDS).mean(axis=1)
        half = 1.96 * nets.std(ddof=1) / len(nets) ** 0.5
        rate = len(self.prompts) / self.seconds
        return {"matches": len(nets), "rounds_per_s": rate, "net": float(nets.mean()), "half": float(half)}


async def play(store: Path, device: str, matches: int) -> Played:
    """Play SmolLM2 against the greedy reader."""
    print(f"{matches} matches on {device}", file=sys.stderr, flush=True)
    name = f"llm:transformers:{locate(find_model(MODEL))}"
    with observer("plain") as watching:
        models = Models(Settings(device=device, dtype="float32"), watching.tell)
        try:
            spec = TournamentSpec(subjects=(name,), matches=matches, rounds=ROUNDS)
            seconds, _ = await timed(spec, models, store, watching)
        finally:
            await models.close()
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        rounds = opened.rounds(cell, 3)
        tokens = {row.number: row.prompt.tokens for row in opened.prompts(cell)}
    return Played(rounds, [tokens[number] for number in rounds.prompt.tolist()], seconds)


def compare(one: Played, other: Played) -> dict[str, Any]:
    """For the rounds that both played: how many had the same prompt and the same move, and how far policies differ."""
    count = len(other.prompts)
    alike = np.array([mine == its for mine, its in zip(one.prompts, other.prompts, strict=False)])
    apart = np.abs(one.rounds.policy[:count] - other.rounds.policy)[alike]
    return {
        "rounds": count,
        "same_prompt": int(alike.sum()),
        "same_move_there": int((one.rounds.move[:count] == other.rounds.move)[alike].sum()),
        "distinct_prompts": len({prompt for prompt, same in zip(other.prompts, alike, strict=True) if same}),
        "policy_apart_most": float(apart.max()),
        "policy_apart_mean": float(apart.mean()),
        "mass_apart_most": float(np.abs(one.rounds.mass[:count] - other.rounds.mass)[alike].max()),
    }


def main() -> None:
    """Play, compare, print a line of JSON, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--games", type=int, default=500)
    parser.add_argument("--beside", type=int, default=50)
    parser.add_argument("--out", type=Path, default=Path("gpu_check"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        there = asyncio.run(play(Path(folder) / "there.db", options.device, options.games))
        here = asyncio.run(play(Path(folder) / "here.db", "cpu", options.beside))
    result = {"device": options.device, "there": there.told(), "cpu": here.told(), **compare(there, here)}
    tell_result(result, options.out / "check.json")


if __name__ == "__main__":
    main()
