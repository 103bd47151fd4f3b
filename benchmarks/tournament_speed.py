"""How fast Arena plays tournaments, small and large, compared with what the machine allows.

The limit is measured in a process of its own (`support/limit.py`), before and after the tournaments, so that a drift of
the machine's speed affects both. The last line on standard output is JSON.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from arena.backends.local.settings import Settings
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from benchmarks.support.child import Child
from benchmarks.support.playing import FIRST_WORDING, Case, Played, play, tree_size
from benchmarks.support.telling import tell_result

MODELS = ("gemma-3-270m", "smollm2-135m-instruct")
GAMES = ("rps", "hide-and-seek")
_WARMS_UP = 4  # matches before the first that count


def limit(model: str, repeats: int) -> dict[str, float]:
    """Seconds for a token, a row and a continued token of a model."""
    settings = Settings().resolved()
    task = {"path": str(locate(find_model(model))), "threads": settings.threads, "cautious": settings.cautious}
    with Child("limit", task) as child:
        found: dict[str, float] = child.ask(repeats)
    return found


def measure(case: Case, sizes: Iterable[int], repeats: int) -> dict[str, Any]:
    """Tournaments of these sizes, one after another, and the fractions of the limit that they reach."""
    limits = [limit(case.model, repeats)]
    play(case, _WARMS_UP)
    played = {size: play(case, size) for size in sizes}
    limits.append(limit(case.model, repeats))
    seconds = {name: statistics.fmean(each[name] for each in limits) for name in limits[0]}
    return {
        "case": str(case),
        "limit": {f"{name}_per_s": 1 / each for name, each in seconds.items()},
        "matches": {str(size): figures(each, seconds) for size, each in played.items()},
    }


def figures(played: Played, limit: Mapping[str, float]) -> dict[str, float]:
    """What a tournament reached, and its fraction of the limit: of tokens alone, and with the output layer for every
    prompt whose distribution is wanted."""
    work, distinct = played.work, tree_size(chain.from_iterable(played.prompts))
    rows = work.prompts + work.repeated
    tokens = distinct * limit["token"] + work.sampled_tokens * limit["continued"]
    return {
        "seconds": played.seconds,
        "rounds_per_s": played.rounds / played.seconds,
        "prompt_tokens": work.prompt_tokens,
        "distinct_tokens": distinct,
        "continued_tokens": work.sampled_tokens,
        "rows": rows,
        "seconds_per_token": played.seconds / played.evaluated,
        "fraction_of_tokens_alone": tokens / played.seconds,
        "fraction_of_limit": (tokens + rows * limit["row"]) / played.seconds,
        "peak_mib": played.peak_mib,
    }


def print_table(found: Mapping[str, Any]) -> None:
    """One case, a line a size."""
    print(f"{found['case']}; the limit: " + ", ".join(f"{name} {value:,.0f}" for name, value in found["limit"].items()))
    columns = ("seconds", "rounds_per_s", "distinct_tokens", "rows", "fraction_of_limit", "peak_mib")
    print(f"{'matches':>8}" + "".join(f"{column:>19}" for column in columns))
    for size, reached in found["matches"].items():
        print(f"{size:>8}" + "".join(f"{reached[column]:>19,.2f}" for column in columns))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every case, print a table for each, and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", default=MODELS, metavar="NAME")
    parser.add_argument("--game", nargs="+", default=GAMES, metavar="NAME")
    parser.add_argument("--matches", nargs="+", type=int, default=[50, 500], metavar="N")
    parser.add_argument("--large", type=int, default=0, help="as many matches too, in the first case")
    parser.add_argument("--first-wording", action="store_true", help="rock-paper-scissors in the first wording")
    parser.add_argument("--repeats", type=int, default=3, help="of the limit, before and after")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line to this file")
    options = parser.parse_args(arguments)
    cases = [
        Case(model, game, FIRST_WORDING if options.first_wording and game == "rps" else None)
        for model in options.model
        for game in options.game
    ]
    found = []
    for case in cases:
        sizes = [*options.matches, *([options.large] if options.large and case == cases[0] else [])]
        found.append(measure(case, sizes, options.repeats))
        print_table(found[-1])
    result: dict[str, Any] = {each["case"]: each for each in found}
    if options.large:
        small, large = (found[0]["matches"][str(size)] for size in (options.matches[-1], options.large))
        result["large_over_small"] = large["seconds_per_token"] / small["seconds_per_token"]
    tell_result(result, options.json)


if __name__ == "__main__":
    main()
