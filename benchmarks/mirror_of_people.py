"""What a language model foresees of recorded people from the outside (`mirror:MODEL`), beside readers that count.

`arena people score` tries only readers that need no model, because a model takes seconds per match. This asks it about
the first rounds of a few people, who are spread evenly over the table, and scores all readers alike.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from arena.agents.agent import MovesAgent, Position
from arena.agents.language_model import Asking, LanguageModelAgent
from arena.agents.readers.mirror import Mirror
from arena.agents.style import style_and_format
from arena.backends.loading import Models
from arena.backends.local.settings import Settings
from arena.errors import ArenaError
from arena.experiments.people.played import NO_MOVE, Played
from arena.experiments.people.reading import Read, make_reader, read_match
from arena.experiments.people.recordings import Recording, read_recordings
from arena.games import Game, parse_game
from arena.prompts.wording import find_mirror_wording
from arena.records import Policy, Seat
from arena.reports.people.measures import score_of

READERS = ("frequency", "markov:1", "markov:2")
HEADINGS = ("reader", "foreseen, %", "95%", "reader's net", "95%", "mean mass")


class Noting(Mirror):
    """A mirror that also notes the mass of each of its predictions."""

    def __init__(self, name: str, game: Game, seat: Seat, predictor: LanguageModelAgent) -> None:
        super().__init__(name, game, seat, predictor)
        self.masses: list[float] = []

    async def policy(self, position: Position) -> Policy:
        policy = await super().policy(position)
        self.masses.append(policy.mass)
        return policy


def beginnings(people: Sequence[Recording], count: int, rounds: int) -> list[Played]:
    """The first rounds of `count` people, evenly spread over those who have that many."""
    long = [one for one in people if len(one.moves) >= rounds]
    chosen = [long[at] for at in np.linspace(0, len(long) - 1, min(count, len(long))).astype(int)]
    return [Played(_numbers(one.moves[:rounds]), _numbers(one.replies[:rounds])) for one in chosen]


def _numbers(moves: Sequence[int | None]) -> np.ndarray:
    return np.array([NO_MOVE if move is None else move for move in moves], dtype=np.int64)


async def read_all(reader: MovesAgent, game: Game, matches: Sequence[Played]) -> list[Read]:
    """Try a reader on all matches at once."""
    return await asyncio.gather(*(read_match(reader, game, *match) for match in enumerate(matches)))


def row(name: str, reads: Sequence[Read], masses: Sequence[float]) -> str:
    """A line of the table."""
    score = score_of(reads)
    cells = [name]
    for found in (score.foreseen_rate, score.net_rate):
        low, high = found.interval or (np.nan, np.nan)
        cells += [f"{found.value:.1f}", f"{low:.1f} to {high:.1f}"]
    return f"| {' | '.join([*cells, f'{np.mean(masses):.2f}' if masses else ''])} |"


async def run(file: Path, names: Sequence[str], people: int, rounds: int, threads: int) -> None:
    """Read the table, ask the models, print."""
    game = parse_game("rps")
    matches = beginnings(read_recordings([file], game), people, rounds)
    print(f"{len(matches)} people, rounds 1 to {rounds}\n\n| {' | '.join(HEADINGS)} |")
    print(f"| --- |{' ---: |' * (len(HEADINGS) - 1)}")
    for name in READERS:
        print(row(name, await read_all(make_reader(name, game), game, matches), ()))
    models = Models(Settings(threads=threads), tell=lambda line: print(line, file=sys.stderr))
    try:
        for name in names:
            style, format_ = await style_and_format(name, None, None, models)
            asking = Asking(find_mirror_wording(game.name, style, Seat.SUBJECT), format_)
            mirror = await Noting.make(f"mirror:{name}", await models.get(name), game, Seat.OPPONENT, asking)
            began = time.perf_counter()
            print(row(mirror.name, await read_all(mirror, game, matches), mirror.masses), flush=True)
            print(f"{mirror.name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    finally:
        await models.close()


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="a table of recorded play (docs/people.md)")
    parser.add_argument("--model", action="append", metavar="NAME", help="may be repeated; default: the two small ones")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=0, help="of the models; default: as the machine has cores")
    options = parser.parse_args()
    names = options.model or ("smollm2-135m-instruct", "gemma-3-270m")
    try:
        asyncio.run(run(options.file, names, options.people, options.rounds, options.threads))
    except ArenaError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
