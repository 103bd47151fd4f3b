"""Judges contests of a store as a person, for tests that kill it: `judge_process.py STORE NAME`. Each choice is printed
once it is said to be on disk."""

from __future__ import annotations

import sys
from pathlib import Path

from arena.errors import ArenaError
from arena.experiments.poems.contests import find_contests
from arena.experiments.poems.judgement import Choice
from arena.experiments.poems.judging import Judge
from arena.store import Store


def main(path: str, name: str) -> None:
    with Store.open(Path(path), create=True) as store, Judge.begin(store, find_contests(store), name) as judge:
        for contest in judge.contests.contests:
            while (pair := judge.next(contest.name)) is not None:
                judge.choose(contest.name, pair.number, Choice.LEFT if pair.left > pair.right else Choice.RIGHT)
                print(contest.name, pair.number, flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ArenaError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
