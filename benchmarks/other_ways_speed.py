"""How fast Arena plays rock-paper-scissors, compared with other ways to ask a model the same prompts.

    python -m benchmarks.other_ways_speed [--model NAME] [--first-wording] [--games 500] [--repeats 5] [--json FILE]

The others are given prompts that Arena asked, each of them other matches in each repeat, and draw one answer to each,
with the same sampling and the first distribution that the adversary reads. The order is reversed from one repeat to
the next, and no way's time includes loading the model. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from arena.agents.moves import move_tokens
from arena.backends.base import Vocabulary
from arena.backends.loading import Models
from arena.backends.local.llamacpp.builds import NATIVE, PREBUILT, VARIABLE, Build
from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.games import parse_game
from arena.prompts.wording import find_wording, read_wording
from arena.records import Seat
from benchmarks.support.child import Child
from benchmarks.support.playing import FIRST_WORDING, ROUNDS, Case, Prompt, play
from benchmarks.support.telling import tell, tell_result

ANSWER: Final = 8  # tokens at most
TOGETHER: Final = 64  # prompts that generate is given at once
_ROOM: Final = 64  # tokens beyond the longest prompt

Prompts = Sequence[Sequence[Prompt]]  # the token ids of matches, round after round


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


Way = Callable[[Prompts, int], float]
"""Is given all prompts and the number of the repeat, and returns rounds a second."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is played, how many matches Arena plays of it, and what the others are told of it (`task`)."""

    case: Case
    games: int
    task: dict[str, Any]
    within: ExitStack

    def child(self, module: str, **more: Any) -> Child:
        """One of the others, ready to play."""
        return self.within.enter_context(Child(module, self.task | more))


def task_of(case: Case, longest: int) -> dict[str, Any]:
    """What others must know to ask for the same; `longest` is the length of the longest prompt."""
    settings = Settings().resolved()
    vocabulary, counted = asyncio.run(vocabulary_of(case))
    ends = answers_end(case)
    marks = [mark.encode() for mark in ends]
    return {
        "path": str(locate(find_model(case.model))),
        "threads": settings.threads,
        "cautious": settings.cautious,
        "tokens": ANSWER,
        "stops": ends,
        "room": -(-(longest + _ROOM) // 256) * 256,
        "counted": counted,
        "ends": [token for token, piece in enumerate(vocabulary.pieces) if any(mark in piece for mark in marks)],
    }


def _arena(place: Place, build: Build) -> Way:
    """A tournament on a build of llama.cpp."""

    def way(prompts: Prompts, repeat: int) -> float:
        os.environ[VARIABLE] = build.name  # for the worker that is started
        played = play(place.case, place.games)
        return played.rounds / played.seconds

    return way


def _matches(child: Child, number: int) -> Way:
    """So many matches of the repeat, whole."""

    def way(prompts: Prompts, repeat: int) -> float:
        chosen = _of_repeat(prompts, number, repeat)
        return sum(map(len, chosen)) / float(child.ask(chosen))

    return way


def _batch(child: Child) -> Way:
    """A prompt of each of the repeat's matches, from the first round to the last in turn."""

    def way(prompts: Prompts, repeat: int) -> float:
        chosen = [match[at % len(match)] for at, match in enumerate(_of_repeat(prompts, TOGETHER, repeat))]
        return len(chosen) / float(child.ask(chosen))

    return way


ARENA: Final = "arena"
WAYS: Final[dict[str, Callable[[Place], Way]]] = {
    ARENA: lambda place: _arena(place, NATIVE),
    "arena_prebuilt": lambda place: _arena(place, PREBUILT),
    "create_completion": lambda place: _matches(place.child("documented_way", stops=["\n"]), 2),
    "create_completion_marks": lambda place: _matches(place.child("documented_way"), 2),
    "server_16": lambda place: _matches(place.child("server_way", slots=16), 16),
    "server_64": lambda place: _matches(place.child("server_way", slots=64), 64),
    "generate_64": lambda place: _batch(place.child("generate_way")),
}


def _of_repeat(prompts: Prompts, number: int, repeat: int) -> Prompts:
    """So many matches, others in each repeat as long as there are enough."""
    return [prompts[(repeat * number + at) % len(prompts)] for at in range(number)]


def compare(case: Case, games: int, repeats: int, chosen: Collection[str]) -> dict[str, Any]:
    """Run the chosen ways in turn, Arena among them."""
    tell(f"{case}: {games} matches, for their prompts")
    prompts = play(case, games).prompts
    longest = max(len(prompt) for match in prompts for prompt in match)
    rates: dict[str, list[float]] = {}
    with ExitStack() as within:
        place = Place(case, games, task_of(case, longest), within)
        ways = {name: make(place) for name, make in WAYS.items() if name in {ARENA, *chosen}}
        for repeat in range(repeats):
            for name in ways if repeat % 2 == 0 else reversed(ways):
                rates.setdefault(name, []).append(ways[name](prompts, repeat))
                tell(f"repeat {repeat + 1} of {repeats}: {name} {rates[name][-1]:.2f} rounds/s")
    found = {}
    for name in ways:
        ratios = [arena / other for arena, other in zip(rates[ARENA], rates[name], strict=True)]
        found[name] = {
            "rounds_per_s": statistics.median(rates[name]),
            "least": min(rates[name]),
            "most": max(rates[name]),
            "arena_over_it": statistics.median(ratios),
            "arena_over_it_least": min(ratios),
            "arena_over_it_most": max(ratios),
        }
    return {"case": str(case), "games": games, "rounds": ROUNDS, "repeats": repeats, "ways": found}


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, print a table and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="gemma-3-270m")
    parser.add_argument("--game", default="rps")
    parser.add_argument("--first-wording", action="store_true", help="rock-paper-scissors in the first wording")
    parser.add_argument("--games", type=int, default=500, help="matches that Arena plays in each repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS, metavar="NAME", help="only these and arena")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line to this file")
    options = parser.parse_args(arguments)
    case = Case(options.model, options.game, FIRST_WORDING if options.first_wording else None)
    result = compare(case, options.games, options.repeats, options.ways)
    print(f"{'rounds/s, median, least, most':>54}{'Arena over it, the same':>38}")
    for name, figures in result["ways"].items():
        print(f"{name:<26}" + "".join(f"{value:>11.2f}" for value in figures.values()))
    tell_result(result, options.json)


if __name__ == "__main__":
    main()
