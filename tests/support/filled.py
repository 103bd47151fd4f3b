"""Stores filled by hand: an unfinished run of a bot, and finished ones of models that nobody asked."""

from __future__ import annotations

from pathlib import Path

from arena.games import parse_game
from arena.records import Answer, Decision, Policy, Round, Sample
from arena.store import CellSpec, Store
from arena.store.rows import Asked
from tests.support.specs import numbers_run, tournament_run


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


def games(path: Path, *subjects: str, seed: int = 7) -> None:
    """A finished run of both games against the greedy reader, of models that lose two rounds in three."""
    asked = Asked(style="base", format="none", wording="log")
    cells = [
        CellSpec(f"{subject}|greedy|{game}|-|-", subject, "greedy", game, asked)
        for subject in subjects
        for game in ("rps", "hide-and-seek")
    ]
    settings = {"sampling": "temperature=1,top_p=1", "invalid": "resample:20"}
    spec = tournament_run(cells, 6, 3, seed, settings=settings, manifest={"machine": "this"})
    with Store.open(path, create=True) as store, store.begin(spec) as writer:
        for cell in cells:
            rules = parse_game(cell.what)
            policy = Policy(tuple([0.4] + [0.6 / (len(rules.moves) - 1)] * (len(rules.moves) - 1)))
            for match in range(6):
                for number in (1, 2, 3):
                    move, reply = (match + number) % 3, (match * number) % len(rules.replies)
                    played = Round(number, rules.outcome(move, reply), Decision(policy, move), Decision(None, reply))
                    writer.add_round(cell.key, match, played)
                writer.finish_match(cell.key, match)
        writer.finish()


def numbers(path: Path, *subjects: str, seed: int = 7) -> None:
    """Finished runs of integers and of sequences; each model counts upwards, from another integer."""
    for task, length in (("integers", 1), ("sequences", 10)):
        asked = Asked(style="base", format="none", wording="paper", temperature=1.0, top_p=1.0)
        chosen = subjects or ("llm:m",)
        cells = [CellSpec(f"{subject}||{task}|-|-", subject, "", task, asked) for subject in chosen]
        with Store.open(path, create=True) as store, store.begin(numbers_run(cells, 12, seed)) as writer:
            for start, cell in enumerate(cells):
                for number in range(12):
                    value = [(start + number + place) % 11 for place in range(length)]
                    writer.add_answer(cell.key, number, Answer(Sample(str(value), (), "eos"), value))
            writer.finish()
