"""`arena numbers`, `arena letters`, `arena sequences`: how random are a player's draws? (Section 2 of the paper.)"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from arena.cli.costs import dry_options
from arena.cli.options import SEED, FiniteList, command, model_options, run_options, together, wording_options
from arena.cli.output import say, tell
from arena.cli.running import measure, spec_of
from arena.concurrency import aside
from arena.errors import InputError, UsageError

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.experiments.numbers.numbers import Numbers
    from arena.experiments.numbers.players import Ask
    from arena.experiments.numbers.spec import NumbersSpec

_PERSON_DRAWS: Final = 30
_DRAWS: Final = 1500  # the paper's

_task_options = together(
    click.option("--model", "models", multiple=True, metavar="NAME", help="A language model; may be repeated."),
    click.option(
        "--subject",
        "subjects",
        multiple=True,
        metavar="AGENT",
        help="Any player: llm:NAME, uniform, fixed:7, mix:3=0.5,7=0.5; may be repeated.",
    ),
    click.option("--n", type=int, show_default=f"{_DRAWS}, the paper's", help="Valid answers per cell."),
    click.option("--seed", type=SEED, default=0, help="Seed of all random draws."),
    run_options,
    click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write tables and figures there."),
    wording_options,
    click.option(
        "--temperature",
        "temperatures",
        type=FiniteList(above=0.0),
        default="1",
        metavar="T,...",
        help="One or several.",
    ),
    click.option(
        "--top-p",
        "top_p",
        type=FiniteList(above=0.0, most=1.0),
        default="1",
        metavar="P,...",
        help="One or several; together with the temperatures, a grid.",
    ),
    dry_options,
    model_options,
)
_single_options = together(
    click.option(
        "--mode",
        type=click.Choice(["sample", "exact", "both"]),
        default="both",
        help="Draw answers, compute their exact probabilities (in seconds), or both.",
    ),
    click.option(
        "--match-entropy",
        "base",
        metavar="MODEL",
        help="Ask each model at the temperature where its entropy reaches this base model's.",
    ),
)


@command(short_help="Random integers, 0 to 10, sampled and exact.")
@_task_options
@_single_options
@click.option("--paraphrases", is_flag=True, help="Ask in five other wordings instead (table 3).")
@click.option("--human", is_flag=True, help=f"Draw {_PERSON_DRAWS} numbers yourself, beside the models.")
def numbers(human: bool, paraphrases: bool, **chosen: Any) -> None:
    """Ask for single random integers, 0 to 10, and report how far they are from uniform (figure 2, tables 3 to 5).

    Run the same command again to continue where it stopped, with a larger --n to extend it.
    """
    from arena.prompts.wording import PARAPHRASES

    if human:
        _with_person(chosen)
    else:
        _run("integers", chosen | ({"paraphrases": PARAPHRASES} if paraphrases else {}))


@command(short_help="Random letters, a to k, sampled and exact.")
@_task_options
@_single_options
def letters(**chosen: Any) -> None:
    """Ask for single random letters, a to k (table 6)."""
    _run("letters", chosen)


@command(short_help="Sequences of ten random integers.")
@_task_options
def sequences(**chosen: Any) -> None:
    """Ask for sequences of ten random integers, 0 to 10: table 1, repetitions, values by place (figures 3, 6, 8)."""
    _run("sequences", chosen | {"mode": "sample", "base": None})


def _run(task: str, chosen: dict[str, Any]) -> None:
    subjects = _subjects(chosen)
    if not subjects:
        raise UsageError("nobody draws: name a --model (`arena models` lists them) or a --subject")
    _measure(task, chosen, subjects, _DRAWS)


def _with_person(chosen: dict[str, Any]) -> None:
    """Ask a person first, then models for as many answers; if no model is named, those that are ready here."""
    from arena.session.seats import READY, model_lines

    n = _PERSON_DRAWS if chosen["n"] is None else chosen["n"]
    if not sys.stdin.isatty():
        tell("numbers are read from standard input, one per line")
    else:
        say(f"Think of random integers from 0 to 10. Type one and press Enter, {n} times.")
    models = _subjects(chosen) or tuple(f"llm:{name}" for name, _, state in model_lines() if state == READY)
    # a person never draws the same run twice
    chosen |= {"display": "none", "base": None, "seed": secrets.randbelow(2**32)}
    _measure("integers", chosen, ("human", *models), n, _asking(n))


def _asking(wanted: int) -> Ask:
    """A function that asks for the next answer without blocking anything else. It raises InputError at end of input."""
    asked = 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        return await aside(_read, f"{min(asked, wanted)} of {wanted}: ")

    return ask


def _read(prompt: str) -> str:
    if sys.stdin.isatty():
        click.echo(prompt, nl=False, err=True)
    try:
        return input()
    except EOFError:
        raise InputError("the input ended before all numbers were given; those so far are kept") from None


def _measure(task: str, chosen: dict[str, Any], subjects: Sequence[str], n: int, ask: Ask | None = None) -> None:
    from arena.experiments.numbers.numbers import plan_numbers
    from arena.experiments.numbers.spec import NumbersSpec

    base = f"llm:{chosen['base']}" if chosen["base"] else ""
    said = {"task": task, "subjects": tuple(subjects), "n": n if chosen["n"] is None else chosen["n"]}
    spec: NumbersSpec = spec_of(NumbersSpec, chosen | said | {"match_entropy": base})

    async def plan(models: Models) -> Numbers:
        return await plan_numbers(spec, models, ask)

    measure(plan, chosen)


def _subjects(chosen: dict[str, Any]) -> tuple[str, ...]:
    return (*(f"llm:{name}" for name in chosen["models"]), *chosen["subjects"])
