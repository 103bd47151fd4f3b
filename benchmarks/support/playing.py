"""Tournaments that are played to be timed, and what they asked."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from arena.backends.base import Work
from arena.backends.loading import Models
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import parse_game
from arena.session.progress import observer
from arena.store.store import Store
from benchmarks.support.memory import memory_watched
from benchmarks.support.timed import timed

Prompt = tuple[int, ...]

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


@dataclass(frozen=True, slots=True)
class Played:
    """A tournament that was played: how long it took, what the model did for it, and the token ids of every match's
    prompts, round after round."""

    seconds: float
    work: Work
    peak_mib: float
    prompts: list[list[Prompt]]

    @property
    def rounds(self) -> int:
        return sum(map(len, self.prompts))

    @property
    def evaluated(self) -> int:
        """Tokens that the model evaluated, in prompts and continuations."""
        return self.work.prompt_tokens + self.work.sampled_tokens


def play(case: Case, games: int) -> Played:
    """Play a tournament into a temporary store. Loading the model isn't timed."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "speed.db"
        played = asyncio.run(_play(store, case, games))
        return Played(*played, asked(store))


async def _play(store: Path, case: Case, games: int) -> tuple[float, Work, float]:
    spec = TournamentSpec(
        subjects=(f"llm:{case.model}",),
        games=(case.game,),
        matches=games,
        rounds=ROUNDS,
        wording=str(case.wording) if case.wording else None,
    )
    with observer("plain") as watching:
        models = Models(tell=watching.tell)
        try:
            await models.get(case.model)
            with memory_watched() as peak:
                return *await timed(spec, models, store, watching), peak()
        finally:
            await models.close()


def asked(store: Path) -> list[list[Prompt]]:
    """The prompts of a store's matches, each in the order of asking."""
    with Store.open(store) as opened:
        (cell,) = opened.cells(opened.run(None))
        by_number = {row.number: row.prompt.tokens for row in opened.prompts(cell)}
        columns = opened.rounds(cell, len(parse_game(cell.spec.what).moves))
    pairs = zip(columns.match.tolist(), columns.prompt.tolist(), strict=True)
    return [[by_number[number] for _, number in rounds] for _, rounds in groupby(pairs, key=itemgetter(0))]


def tree_size(prompts: Iterable[Prompt]) -> int:
    """How many nodes the prefix tree of these prompts has: the fewest tokens that must be evaluated."""
    nodes = 0
    previous: Prompt = ()
    for prompt in sorted(set(prompts)):
        pairs = zip(previous, prompt, strict=False)
        shared = next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(previous), len(prompt)))
        nodes += len(prompt) - shared
        previous = prompt
    return nodes
