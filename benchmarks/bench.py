"""All benchmarks that need no GPU, one after another: one JSON file with all their numbers, and one table for the docs.

    python -m benchmarks.bench [--out FOLDER] [--quick] [--only NAME ...]

Each script runs in a process of its own, with a limit; one that fails, reaches its limit or lacks something is in the
table with the reason, and the others still run. With `--quick` each has its smallest setting, which shows that it works
and no speed worth quoting.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

from arena.backends.machine import machine


class Figure(NamedTuple):
    """A number of a script's JSON: what it is, where it stands ("large.report.seconds"), and the target in words."""

    what: str
    at: str
    target: str = ""


class Script(NamedTuple):
    """A script, and what more there is to say of how it is run; its options, those of `--quick`, and the most minutes
    that it may take."""

    name: str
    options: tuple[str, ...]
    quick: tuple[str, ...]
    minutes: float
    figures: tuple[Figure, ...]


def _tournaments(case: str) -> tuple[Figure, ...]:
    """What is shown of a case of tournament_speed."""
    return (
        Figure(f"{case}: 50 matches, rounds/s", f"{case}.matches.50.rounds_per_s"),
        Figure(f"{case}: 500 matches, rounds/s", f"{case}.matches.500.rounds_per_s"),
        Figure(f"{case}: 500 matches, fraction of the limit", f"{case}.matches.500.fraction_of_limit", "at least 0.85"),
        Figure(f"{case}: 500 matches, peak memory, MiB", f"{case}.matches.500.peak_mib", "below 2048"),
    )


def _ways(over_calls: str) -> tuple[Figure, ...]:
    """What is shown of other_ways_speed; `over_calls` is the target for Arena over one call a move."""
    return (
        Figure("Arena, rounds/s", "ways.arena.rounds_per_s"),
        Figure("over its prebuilt engine", "ways.arena_prebuilt.arena_over_it"),
        Figure("over create_completion", "ways.create_completion.arena_over_it", over_calls),
        Figure("over it, with answers ended at the wording's marks", "ways.create_completion_marks.arena_over_it"),
        Figure("over llama.cpp's server with 16 slots", "ways.server_16.arena_over_it", "at least 8"),
        Figure("over llama.cpp's server with 64 slots", "ways.server_64.arena_over_it", "at least 8"),
        Figure("over generate with 64 prompts", "ways.generate_64.arena_over_it", "at least 7"),
    )


# the limits amount to an hour, and most scripts need less than theirs
SCRIPTS: Final = (
    Script(
        "tournament_speed",
        ("--large", "5000"),
        ("--matches", "50", "--model", "gemma-3-270m", "--game", "rps", "--repeats", "1"),
        14,
        (
            *_tournaments("gemma-3-270m, rps"),
            *_tournaments("gemma-3-270m, hide-and-seek"),
            *_tournaments("smollm2-135m-instruct, rps"),
            *_tournaments("smollm2-135m-instruct, hide-and-seek"),
            Figure("time per token, 5,000 matches over 500", "large_over_small", "at most 1.1"),
        ),
    ),
    Script(
        "other_ways_speed",
        (),
        ("--games", "20", "--repeats", "1"),
        17,
        _ways("at least 30"),
    ),
    Script(
        "other_ways_speed, first wording",
        ("--first-wording", "--ways", "create_completion", "create_completion_marks"),
        ("--first-wording", "--ways", "create_completion", "--games", "20", "--repeats", "1"),
        7,
        _ways("at least 16"),
    ),
    Script(
        "client_speed",
        (),
        ("--games", "20", "--repeats", "1"),
        2,
        (
            Figure("completions/s of the client alone", "client_moves_per_s", "at least 2,000"),
            Figure("tournament against a stub, rounds/s", "tournament_against_stub_rounds_per_s"),
        ),
    ),
    Script(
        "own_speed",
        (),
        ("--games", "20", "--repeats", "1"),
        2,
        (Figure("a model that costs nothing, rounds/s", "rounds_per_s"),),
    ),
    Script(
        "bots_speed",
        (),
        ("--rounds", "1000", "--repeats", "1", "--games", "100"),
        6,
        (
            Figure("bots without the store, rounds/s", "rates.arena_greedy.rounds_per_s", "at least 60,000"),
            Figure("bots with the store, rounds/s", "rates.arena_greedy_stored.rounds_per_s", "at least 40,000"),
            Figure("TextArena, rounds/s", "rates.textarena.rounds_per_s"),
            Figure("Axelrod, rounds/s", "rates.axelrod.rounds_per_s"),
            Figure("OpenSpiel from Python, rounds/s", "rates.openspiel.rounds_per_s"),
            Figure("OpenSpiel in C++, rounds/s", "rates.openspiel_core.rounds_per_s"),
            Figure("report of the large run, s", "large.report.seconds", "at most 3"),
            Figure("its memory, MiB", "large.report.mib", "at most 200"),
            Figure("the large run asked again, s", "large.again.seconds", "at most 1"),
            Figure("`arena runs`, s", "large.runs.seconds"),
        ),
    ),
    Script(
        "exact_speed",
        (),
        ("--repeats", "1"),
        2,
        (
            Figure("exact integers, one setting, s", "one_seconds", "below 10"),
            Figure("twelve settings over one", "grid_ratio", "below 1.2"),
        ),
    ),
    Script(
        "generation_speed",
        (),
        ("--texts", "8", "--at-once", "4", "--tokens", "8", "--repeats", "1"),
        3,
        (Figure("texts, Arena over llama-parallel", "ratio", "at least 0.8"),),
    ),
    Script(
        "app_latency",
        (),
        ("--repeats", "1", "--presses", "5", "--rounds", "100"),
        4,
        (
            Figure("the app's first screen, s", "first_screen_s", "at most 1.5"),
            Figure("a key while a model computes, ms (95 of 100)", "key_ms.p95", "at most 100"),
        ),
    ),
    Script("loop_blocked", (), ("--repeats", "1"), 2, ()),
    Script(
        "help_speed", (), ("--runs", "1"), 1, (Figure("`arena --help` over importing click", "ratio", "at most 4"),)
    ),
)


def run(script: Script, quick: bool, more: Sequence[str]) -> dict[str, Any]:
    """Run a script to its end or its limit; its JSON, or why there is none, with how it was asked and how long it
    took."""
    words = ["-m", f"benchmarks.{script.name.partition(',')[0]}", *(script.quick if quick else script.options), *more]
    begun, busy = time.monotonic(), os.getloadavg()[0]
    why, numbers = "", None
    try:
        # no pipe for progress: it is for whoever watches
        done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, text=True, timeout=60 * script.minutes)
        last = (done.stdout.strip().splitlines() or [""])[-1]
        if done.returncode:
            why = f"it failed with exit code {done.returncode}: {last}"
        else:
            numbers = json.loads(last)
    except subprocess.TimeoutExpired:
        why = f"it reached its limit of {script.minutes:g} minutes"
    except ValueError:
        why = f"its last line isn't JSON: {last}"
    asked = {"command": f"python {' '.join(words)}", "seconds": time.monotonic() - begun, "load_before": busy}
    return {**asked, "why": why, "numbers": numbers}


def found_at(numbers: Mapping[str, Any] | None, at: str) -> float | None:
    """A number by its place; None if it isn't there."""
    found: Any = numbers
    for name in at.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, int | float) else None


def table(results: Mapping[str, Mapping[str, Any]], about: Mapping[str, Any]) -> str:
    """All figures as a Markdown table, below a sentence about the machine."""
    lines = [
        f"{about['processor']}, {about['cores']} cores, {about['memory_gib']:.0f} GiB, Python {about['python']}, "
        f"Arena {about['arena']}" + (", smallest settings" if about["quick"] else ""),
        "",
        "| script | what | figure | target |",
        "| --- | --- | ---: | --- |",
    ]
    for script in SCRIPTS:
        if script.name not in results:
            continue
        result = results[script.name]
        if result["why"]:
            lines.append(f"| {script.name} | {result['why'].replace('|', '/')} | – | |")
        for figure in script.figures:
            value = found_at(result["numbers"], figure.at)
            if value is not None:
                lines.append(f"| {script.name} | {figure.what} | {_said(value)} | {figure.target} |")
    return "\n".join(lines) + "\n"


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main() -> None:
    """Run them, write both files after each, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="the smallest setting of each script")
    parser.add_argument("--only", nargs="+", choices=[script.name for script in SCRIPTS], metavar="NAME")
    parser.add_argument("--others", metavar="PYTHON", help="as for bots_speed.py")
    options = parser.parse_args()
    here = machine()
    about = {
        "processor": here.processor,
        "cores": here.cores,
        "memory_gib": here.memory / 2**30,
        "system": here.system,
        "python": sys.version.split()[0],
        "arena": version("predictability-arena"),
        "quick": options.quick,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    results: dict[str, dict[str, Any]] = {}
    for script in SCRIPTS:
        if options.only and script.name not in options.only:
            continue
        print(f"{script.name}, at most {script.minutes:g} minutes", file=sys.stderr, flush=True)
        more = ["--others", options.others] if options.others and script.name == "bots_speed" else []
        results[script.name] = run(script, options.quick, more)
        document = json.dumps({"about": about, "scripts": results}, indent=2)
        (options.out / "bench.json").write_text(document + "\n", encoding="utf-8")
        (options.out / "bench.md").write_text(table(results, about), encoding="utf-8")
    print(table(results, about), end="")


if __name__ == "__main__":
    main()
