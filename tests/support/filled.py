"""A store with an unfinished run of a bot."""

from __future__ import annotations

from pathlib import Path

from arena.games import parse_game
from arena.records import Decision, Policy, Round
from arena.store import CellSpec, Store
from tests.support.specs import tournament_run


def fill(path: Path, game: str = "rps", finished: int = 50, seed: int = 7) -> None:
    """A store with a run of 60 matches: `finished` finished ones, an open one, and three later finished ones."""
    subject = "mix:rock=0.6,paper=0.2,scissors=0.2"
    cell = CellSpec(f"{subject}|greedy|{game}|-|-", subject, "greedy", game)
    settings = {"sampling": "temperature=1,top_p=1", "invalid": "resample:20"}
    spec = tournament_run([cell], 60, 2, seed, settings=settings, manifest={"machine": "this"})
    rules = parse_game("rps")
    policy = Policy((0.6, 0.2, 0.2))
    with Store.open(path, create=True) as store, store.begin(spec) as writer:
        for match in range(finished + 4):
            for number in (1, 2):
                move = (match + number) % 3
                played = Round(number, rules.outcome(move, 1), Decision(policy, move), Decision(None, 1))
                if match != finished or number == 1:
                    writer.add_round(cell.key, match, played)
            if match != finished:
                writer.finish_match(cell.key, match)
