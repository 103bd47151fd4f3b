"""The same by Arena, and what is done with a large run: each measured in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from arena.agents.spec import make_bot, parse_agent
from arena.backends.loading import Models
from arena.concurrency import together
from arena.experiments.experiment import carry_out
from arena.experiments.tournament.match import Pairing, play_match
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.games import parse_game
from arena.records import Seat
from arena.session.progress import Silent
from arena.store.store import Store

LENGTH = 10  # rounds of a match


class Times(NamedTuple):
    """The seconds that something took, and those of the processor."""

    wall: float
    processor: float


class Cost(NamedTuple):
    """What a command took, with its start: seconds, the processor's seconds, and the most memory it had, in MiB."""

    wall: float
    processor: float
    mib: float


def played(opponent: str, rounds: int) -> Times:
    """Matches of `uniform` without a store."""
    game = parse_game("rps")
    subject = make_bot(parse_agent("uniform"), game, Seat.SUBJECT)
    pairing = Pairing(game, subject, make_bot(parse_agent(opponent), game, Seat.OPPONENT), "cell", 0)

    async def match(number: int) -> None:
        async for _ in play_match(pairing, number, LENGTH):
            pass

    return _timed(lambda: asyncio.run(together(match(number) for number in range(rounds // LENGTH))))


def stored(opponent: str, rounds: int) -> Times:
    """A tournament of `uniform` into a new store, from its plan to the last commit."""

    async def tournament(path: Path) -> None:
        watching = Silent()
        models = Models(tell=watching.tell)
        spec = TournamentSpec(subjects=("uniform",), opponents=(opponent,), matches=rounds // LENGTH, rounds=LENGTH)
        with Store.open(path, create=True) as store:
            await carry_out(await plan_tournament(spec, models), store, models, watching)

    with tempfile.TemporaryDirectory() as place:
        return _timed(lambda: asyncio.run(tournament(Path(place) / "arena.db")))


def command(*words: str | Path) -> Cost:
    """Run `arena` with these words to its end."""
    begun = time.perf_counter()
    process = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "arena", *map(str, words)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"arena {' '.join(map(str, words))} failed")
    return Cost(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _timed(play: Callable[[], object]) -> Times:
    wall, processor = time.perf_counter(), time.process_time()
    play()
    return Times(time.perf_counter() - wall, time.process_time() - processor)


SIDES = {"played": played, "stored": stored}


def main() -> None:
    """`python -m benchmarks.support.bot_games SIDE OPPONENT ROUNDS`: play, and print the times."""
    side, opponent, rounds = SIDES[sys.argv[1]], sys.argv[2], int(sys.argv[3])
    side(opponent, 20 * LENGTH)
    print(*side(opponent, rounds))


if __name__ == "__main__":
    main()
