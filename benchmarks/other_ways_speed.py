"""How fast Arena plays rock-paper-scissors, compared with other ways to ask a model the same prompts.

    python -m benchmarks.other_ways_speed [--model NAME] [--first-wording] [--games 500] [--repeats 5] [--json FILE]

The others are given prompts that Arena asked, each of them other matches in each repeat, and draw one answer to each,
with the same sampling and the first distribution that the adversary reads. The order is reversed from one repeat to
the next, and no way's time includes loading the model. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from arena.agents.moves import move_tokens
from arena.backends.base import Vocabulary
from arena.backends.loading import Models
from arena.backends.local.llamacpp.builds import PREBUILT, VARIABLE
from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.games import parse_game
from arena.prompts.wording import find_wording, read_wording
from arena.records import Seat
from benchmarks.support.child import Child
from benchmarks.support.playing import FIRST_WORDING, ROUNDS, Case, play

ANSWER: Final = 8  # tokens at most
TOGETHER: Final = 64  # prompts that generate is given at once
_ROOM: Final = 64  # tokens beyond the longest prompt

Prompts = Sequence[Sequence[list[int]]]  # the token ids of matches, round after round


def answers_end(case: Case) -> list[str]:
    """Where an answer to this wording is over: at the marks that close it, or at the end of its line."""
    style = Models.entry(case.model).style
    assert style
    wording = read_wording(case.wording, style) if case.wording else find_wording(case.game, style, Seat.SUBJECT)
    return ["\n", *wording.closing]


async def vocabulary_of(case: Case) -> tuple[Vocabulary, list[list[int]]]:
    """The model's vocabulary, and the tokens that count for each move."""
    models = Models()
    try:
        model = await models.get(case.model)

        async def tokenize(text: str) -> tuple[int, ...]:
            return await model.tokenize(text, False)

        found = await move_tokens(parse_game(case.game).moves, model.vocabulary, tokenize)
        return model.vocabulary, [list(tokens) for tokens in found.counted]
    finally:
        await models.close()


class Ways:
    """Ways to play, by name: each is given all prompts and the number of the repeat, and returns rounds a second."""

    def __init__(self, case: Case, games: int, longest: int, within: ExitStack) -> None:
        settings = Settings().resolved()
        vocabulary, counted = asyncio.run(vocabulary_of(case))
        ends = answers_end(case)
        marks = [mark.encode() for mark in ends]
        room = -(-(longest + _ROOM) // 256) * 256
        task = {
            "path": str(locate(find_model(case.model))),
            "threads": settings.threads,
            "cautious": settings.cautious,
            "tokens": ANSWER,
            "stops": ends,
            "room": room,
            "counted": counted,
            "ends": [token for token, piece in enumerate(vocabulary.pieces) if any(mark in piece for mark in marks)],
        }
        self._case, self._games = case, games
        line = within.enter_context(Child("documented_way", task | {"stops": ["\n"]}))
        mark = within.enter_context(Child("documented_way", task))
        few = within.enter_context(Child("server_way", task | {"slots": 16}))
        many = within.enter_context(Child("server_way", task | {"slots": 64}))
        batch = within.enter_context(Child("generate_way", task))
        self.all: dict[str, Callable[[Prompts, int], float]] = {
            "arena": lambda prompts, repeat: self._arena(),
            "arena_prebuilt": lambda prompts, repeat: self._arena(PREBUILT.name),
            "create_completion": lambda prompts, repeat: _matches(line, prompts, 2, repeat),
            "create_completion_marks": lambda prompts, repeat: _matches(mark, prompts, 2, repeat),
            "server_16": lambda prompts, repeat: _matches(few, prompts, 16, repeat),
            "server_64": lambda prompts, repeat: _matches(many, prompts, 64, repeat),
            "generate_64": lambda prompts, repeat: _batch(batch, prompts, repeat),
        }

    def _arena(self, build: str = "") -> float:
        before = os.environ.get(VARIABLE)
        if build:
            os.environ[VARIABLE] = build
        try:
            played = play(self._case, self._games)
        finally:
            os.environ.pop(VARIABLE, None)
            if before is not None:
                os.environ[VARIABLE] = before
        return played.rounds / played.seconds


def _matches(child: Child, prompts: Prompts, number: int, repeat: int) -> float:
    """The repeat's matches, whole."""
    chosen = _of_repeat(prompts, number, repeat)
    return sum(map(len, chosen)) / float(child.ask(chosen))


def _batch(child: Child, prompts: Prompts, repeat: int) -> float:
    """A prompt of each of the repeat's matches, from the first round to the last in turn."""
    chosen = [match[at % len(match)] for at, match in enumerate(_of_repeat(prompts, TOGETHER, repeat))]
    return len(chosen) / float(child.ask(chosen))


def _of_repeat(prompts: Prompts, number: int, repeat: int) -> Prompts:
    """So many matches, others in each repeat as long as there are enough."""
    return [prompts[(repeat * number + at) % len(prompts)] for at in range(number)]


def compare(case: Case, games: int, repeats: int, chosen: Sequence[str]) -> dict[str, Any]:
    """Run all ways in turn."""
    _tell(f"{case}: {games} matches, for their prompts")
    prompts = play(case, games, games).prompts
    longest = max(len(prompt) for match in prompts for prompt in match)
    rates: dict[str, list[float]] = {}
    with ExitStack() as within:
        ways = Ways(case, games, longest, within).all
        names = [name for name in ways if not chosen or name in chosen]
        for repeat in range(repeats):
            for name in names if repeat % 2 == 0 else reversed(names):
                rates.setdefault(name, []).append(ways[name](prompts, repeat))
                _tell(f"repeat {repeat + 1} of {repeats}: {name} {rates[name][-1]:.2f} rounds/s")
    found = {}
    for name in names:
        ratios = [arena / other for arena, other in zip(rates["arena"], rates[name], strict=True)]
        found[name] = {
            "rounds_per_s": statistics.median(rates[name]),
            "least": min(rates[name]),
            "most": max(rates[name]),
            "arena_over_it": statistics.median(ratios),
            "arena_over_it_least": min(ratios),
            "arena_over_it_most": max(ratios),
        }
    return {"case": str(case), "games": games, "rounds": ROUNDS, "repeats": repeats, "ways": found}


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, print a table and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="gemma-3-270m")
    parser.add_argument("--game", default="rps")
    parser.add_argument("--first-wording", action="store_true", help="rock-paper-scissors in the first wording")
    parser.add_argument("--games", type=int, default=500, help="matches that Arena plays in each repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--ways", nargs="+", default=[], metavar="NAME", help="only these, besides arena")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line to this file")
    options = parser.parse_args(arguments)
    case = Case(options.model, options.game, FIRST_WORDING if options.first_wording else None)
    ways = ["arena", *options.ways] if options.ways else []
    result = compare(case, options.games, options.repeats, ways)
    print(f"{'rounds/s, median, least, most':>54}{'Arena over it, the same':>38}")
    for name, figures in result["ways"].items():
        print(f"{name:<26}" + "".join(f"{value:>11.2f}" for value in figures.values()))
    line = json.dumps(result)
    if options.json:
        options.json.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
