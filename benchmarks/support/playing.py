"""Tournaments that are played to be timed, and what they asked."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from arena.backends.loading import Models
from arena.backends.local.settings import Settings
from arena.experiments.experiment import carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.games import parse_game
from arena.session.progress import observer
from arena.store.store import Store
from benchmarks.support.memory import memory_watched

ROUNDS = 10
FIRST_WORDING = Path(__file__).with_name("first_wording.toml")


@dataclass(frozen=True, slots=True)
class Case:
    """What is played: a model of the catalog, a game, and a file with another wording than the shipped one."""

    model: str
    game: str
    wording: Path | None = None

    def __str__(self) -> str:
        return f"{self.model}, {self.game}" + (f", {self.wording.stem.replace('_', ' ')}" if self.wording else "")


@dataclass(slots=True)
class Played:
    """A tournament that was played: how long it took, how much was evaluated, and what was asked in which order.

    `rows` are the prompts of which the distribution was wanted. `prompts` are the token ids of every match's prompts,
    round after round; `distinct` counts the nodes of their prefix tree.
    """

    seconds: float
    rounds: int
    prompt_tokens: int
    sampled_tokens: int
    rows: int
    peak_mib: float
    distinct: int = 0
    prompts: list[list[list[int]]] = field(default_factory=list)

    @property
    def evaluated(self) -> int:
        """Tokens that the model evaluated, in prompts and continuations."""
        return self.prompt_tokens + self.sampled_tokens


def play(case: Case, games: int, matches_kept: int = 0, seed: int = 0) -> Played:
    """Play a tournament into a temporary store, and keep the prompts of its first matches. Loading the model isn't
    timed."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "speed.db"
        played = asyncio.run(_play(store, case, games, seed))
        played.distinct, played.prompts = _asked(store, matches_kept)
        return played


async def _play(path: Path, case: Case, games: int, seed: int) -> Played:
    with observer("plain") as watching:
        models = Models(Settings(), watching.tell)
        try:
            spec = TournamentSpec(
                subjects=(f"llm:{case.model}",),
                games=(case.game,),
                matches=games,
                rounds=ROUNDS,
                seed=seed,
                wording=str(case.wording) if case.wording else None,
            )
            plan = await plan_tournament(spec, models)
            model = await models.get(case.model)
            with Store.open(path, create=True) as store, memory_watched() as peak:
                before, begun = await model.work(), time.perf_counter()
                await carry_out(plan, store, models, watching)
                seconds, work = time.perf_counter() - begun, await model.work()
            return Played(
                seconds,
                games * ROUNDS,
                work.prompt_tokens - before.prompt_tokens,
                work.sampled_tokens - before.sampled_tokens,
                work.prompts + work.repeated - before.prompts - before.repeated,
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
