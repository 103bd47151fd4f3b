"""Evaluates the same prompts in many batchings, and tells how many get another distribution somewhere.

A program of its own, because it loads a model as a worker does. Its argument is a model's file; it reads a task from
standard input and writes what it found to standard output, both JSON.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from typing import Any

import numpy as np

from arena.backends.local.evaluator import Path
from arena.backends.local.llamacpp.library import LlamaCppLibrary
from arena.backends.local.settings import Settings
from arena.backends.local.tree import Tree
from tests.support.match_prompt import HEAD, ROUND

WORDS = ("rock", "paper", "scissors")


def prompts(library: LlamaCppLibrary, count: int, chance: random.Random) -> list[Path]:
    """Prompts of matches that begin alike, some of them with an answer begun."""
    bos = library.vocabulary().bos
    found: dict[Path, None] = {}
    while len(found) < count:
        rounds = chance.randrange(6)
        played = "".join(ROUND.format(at + 1, *chance.choices(WORDS, k=2)) for at in range(rounds))
        said = chance.choice(("", " the", f" {chance.choice(WORDS)}"))
        text = f"{HEAD}{played}Round {rounds + 1}: Ann chose{said}"
        found[(*(() if bos is None else (bos,)), *library.tokenize(text, specials=False))] = None
    return list(found)


def distributions(library: LlamaCppLibrary, asked: list[Path], chance: random.Random) -> dict[Path, set[str]]:
    """The digests of each prompt's logits, evaluated in some order, so many at once, some of them forgotten again."""
    tree, found = Tree(library, library.cells, library.sequences), {path: set[str]() for path in asked}
    waiting = chance.sample(asked, len(asked))
    at_once, tokens = chance.choice((1, 2, 5, 17, 40, 64)), chance.choice((33, 64, 200, library.batch))
    while waiting:
        plan = tree.plan(waiting[:at_once], waiting, tokens, library.outputs)
        library.evaluate(plan.rows)
        for at, row in enumerate(plan.rows):
            if row.path is not None:
                found[row.path].add(hashlib.sha256(np.ascontiguousarray(library.logits(at)).tobytes()).hexdigest())
        tree.settle(plan)
        waiting = [path for path in waiting if path not in plan.answered]
        for path in plan.answered:
            if chance.random() < 0.2:  # as if its answers were over, or the run had begun again
                tree.forget(path, chance.randrange(len(path)))
    library.clear()
    return found


def main() -> None:
    """Read the task, and write how many prompts there were, how often they were evaluated, and how many differ."""
    task: dict[str, Any] = json.load(sys.stdin)
    found: dict[Path, set[str]] = {}
    evaluations = 0
    for threads in task["threads"]:
        settings = Settings(threads=threads, kv_cells=task["cells"], repeatable=True)
        library = LlamaCppLibrary(sys.argv[1], settings.resolved())
        asked = prompts(library, task["prompts"], random.Random(0))
        for number in range(task["batchings"]):
            for path, digests in distributions(library, asked, random.Random(f"{threads} {number}")).items():
                found.setdefault(path, set()).update(digests)
                evaluations += 1
    differ = sum(len(digests) > 1 for digests in found.values())
    print(json.dumps({"prompts": len(found), "evaluations": evaluations, "differ": differ}))


if __name__ == "__main__":
    main()
