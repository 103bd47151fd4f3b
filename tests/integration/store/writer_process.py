"""Plays a made-up run into a store, for tests that kill it: `writer_process.py STORE SEED GAMES [hold|slow]`.

It prints "begun" when it has the run, and then, with `hold`, waits for its standard input to end before it
plays. With `slow` it takes its time, and writes often, so that it can be killed in the middle.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from arena.errors import ArenaError
from arena.games import parse_game
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Prompt, Round, Sample
from arena.store import CellSpec, RunSpec, RunWriter, Store, writer
from arena.store.rows import Unit

ROUNDS = 4
CELLS = tuple(CellSpec(f"{name}|greedy|rps|-|-", name, "greedy", "rps") for name in ("fixed:rock", "uniform"))


def main(path: str, seed: str, games: str, how: str = "") -> None:
    if how == "slow":
        writer.FLUSH_SECONDS = 0.01  # type: ignore[misc]
    spec = RunSpec("tournament", Unit.MATCH, CELLS, int(games), int(seed), {}, {}, ROUNDS)
    with Store.open(Path(path), create=True) as store, store.begin(spec) as run:
        print("begun", run.run.name, flush=True)
        if how == "hold":
            sys.stdin.read()
        # every cell's matches side by side, as a tournament plays them: many are open at any instant
        for cell in CELLS:
            begun = run.open_matches(cell.key)
            going = {match: len(begun.get(match, ())) for match in set(range(spec.size)) - run.finished(cell.key)}
            while going:
                for match in sorted(going):
                    if going[match] < ROUNDS:  # the last round may be there and the mark not
                        play(run, cell.key, spec.seed, match, going[match] + 1)
                        going[match] += 1
                    if going[match] == ROUNDS:
                        run.finish_match(cell.key, match)
                        del going[match]
                    if how == "slow":
                        time.sleep(0.0005)
        run.finish()


def play(run: RunWriter, key: str, seed: int, match: int, number: int) -> None:
    """A round that depends on nothing but its name."""
    move, reply = (int(3 * draw) for draw in uniforms(stream(seed, key, match, number), 2))
    prompt = Prompt(f"Round {number}:", (1, number))
    subject = Decision(Policy((0.5, 0.25, 0.25)), move, (Sample(f" {move}", (move,), "move"),), prompt)
    outcome = parse_game("rps").outcome(move, reply)
    run.add_round(key, match, Round(number, outcome, subject, Decision(None, reply)))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ArenaError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
