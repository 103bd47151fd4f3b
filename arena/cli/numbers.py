"""`arena numbers`, `arena letters`, `arena sequences`: how random are a player's draws? (Section 2 of the paper.)"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from arena.cli.options import (
    SEED,
    FiniteList,
    command,
    display_option,
    json_option,
    patience_option,
    running_options,
    store_option,
    together,
    wording_options,
)
from arena.cli.output import report_on, say
from arena.cli.running import to_its_end
from arena.errors import UsageError

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.cli.progress import Silent
    from arena.experiments.numbers.cells import TaskOptions
    from arena.experiments.numbers.numbers import TaskPlan
    from arena.store.rows import RunRow
    from arena.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])

_PERSON_DRAWS: Final = 30
_DRAWS: Final = 1500  # the paper's

_task_options = together(
    click.option("--model", "models", multiple=True, metavar="NAME", help="A language model; may be repeated."),
    click.option(
        "--subject",
        "subjects",
        multiple=True,
        metavar="AGENT",
        help="Anybody who draws: llm:NAME, uniform, fixed:7, mix:3=0.5,7=0.5; may be repeated.",
    ),
    click.option("--n", type=int, default=None, show_default=f"{_DRAWS}, the paper's", help="Valid answers a cell."),
    click.option("--seed", type=SEED, default=0, show_default=True, help="Names all random draws."),
    store_option,
    json_option,
    display_option,
    click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write tables and figures there."),
    wording_options,
    click.option(
        "--temperature",
        "temperatures",
        type=FiniteList(above=0.0),
        default="1",
        show_default=True,
        metavar="T,...",
        help="One or several.",
    ),
    click.option(
        "--top-p",
        "top_ps",
        type=FiniteList(above=0.0, most=1.0),
        default="1",
        show_default=True,
        metavar="P,...",
        help="One or several: with the temperatures, a grid.",
    ),
    running_options,
    patience_option,
)
_single_options = together(
    click.option(
        "--mode",
        type=click.Choice(["sample", "exact", "both"]),
        default="both",
        show_default=True,
        help="Draw answers, follow the model's probabilities (seconds), or both.",
    ),
    click.option(
        "--match-entropy",
        "base",
        metavar="MODEL",
        help="Ask each model at the temperature at which its entropy reaches this base model's.",
    ),
)


@command(short_help="Random integers, 0 to 10, sampled and exact.")
@_task_options
@_single_options
@click.option("--paraphrases", is_flag=True, help="Ask in five other wordings instead (table 3).")
@click.option("--human", is_flag=True, help=f"You draw {_PERSON_DRAWS} numbers, beside the models.")
def numbers(human: bool, paraphrases: bool, **chosen: Any) -> None:
    """Ask for single random integers, 0 to 10, and say how far the answers are from uniform (figure 2, tables 3 to 5).

    Run the same command again to go on where it was, with more --n to extend it.
    """
    from arena.prompts.wording import PARAPHRASES

    if human:
        _with_person(chosen)
    else:
        _run("integers", chosen, PARAPHRASES if paraphrases else ("",))


@command(short_help="Random letters, a to k, sampled and exact.")
@_task_options
@_single_options
def letters(**chosen: Any) -> None:
    """Ask for single random letters, a to k (table 6)."""
    _run("letters", chosen)


@command(short_help="Sequences of ten random integers.")
@_task_options
def sequences(**chosen: Any) -> None:
    """Ask for sequences of ten random integers, 0 to 10: table 1, repetitions, what stands where (figures 3, 6, 8)."""
    _run("sequences", chosen | {"mode": "sample", "base": None})


def _run(task: str, chosen: dict[str, Any], variants: tuple[str, ...] = ("",)) -> None:
    from arena.experiments.numbers.cells import plan_task_cells
    from arena.experiments.numbers.entropy import plan_matched_cells
    from arena.experiments.numbers.numbers import TaskPlan

    subjects = _subjects(chosen)
    if not subjects:
        raise UsageError("nobody draws: name a --model (`arena models` lists them) or a --subject")
    options = _options(chosen, variants)
    n = _DRAWS if chosen["n"] is None else chosen["n"]

    async def plan(models: Models) -> TaskPlan:
        if chosen["base"] is None:
            return TaskPlan(await plan_task_cells(subjects, task, options, models), n, chosen["seed"], chosen["mode"])
        aligned = [subject for subject in subjects if subject != f"llm:{chosen['base']}"]
        cells, findings = await plan_matched_cells(f"llm:{chosen['base']}", aligned, task, options, models)
        return TaskPlan(cells, n, chosen["seed"], chosen["mode"], findings)

    _finish(chosen, plan)


def _with_person(chosen: dict[str, Any]) -> None:
    """A person first, then the models on as many answers; without any named, those that are ready here."""
    from arena.experiments.numbers.cells import plan_task_cells
    from arena.experiments.numbers.numbers import TaskPlan

    n = _PERSON_DRAWS if chosen["n"] is None else chosen["n"]
    if not sys.stdin.isatty():
        say("arena: numbers are read from standard input, one a line")
    else:
        say(f"Think of random integers from 0 to 10. Type one and press Enter, {n} times.")
    subjects = ("human", *(_subjects(chosen) or _ready()))

    async def plan(models: Models) -> TaskPlan:
        cells = await plan_task_cells(subjects, "integers", _options(chosen, ("",)), models)
        return TaskPlan(cells, n, secrets.randbelow(2**32), chosen["mode"])

    _finish(chosen | {"display": "none"}, plan, person=n)


def _finish(chosen: dict[str, Any], plan: Callable[[Models], Any], person: int = 0) -> None:
    from arena.cli.people import asking
    from arena.experiments.numbers.numbers import run_tasks
    from arena.store.store import Store

    async def work(store: Store, models: Models, watching: Silent) -> RunRow:
        planned = await plan(models)
        watching.cells(planned.cells)
        return await run_tasks(planned, store, models, watching, asking(person) if person else None)

    with Store.open(chosen["store"], create=True) as opened:
        run = to_its_end(work, opened, chosen["display"], chosen)
        report_on(opened, [run], "json" if chosen["as_json"] else "rich", chosen["out"])


def _subjects(chosen: dict[str, Any]) -> tuple[str, ...]:
    return (*(f"llm:{name}" for name in chosen["models"]), *chosen["subjects"])


def _ready() -> tuple[str, ...]:
    from arena.backends.weights.catalog import catalog
    from arena.backends.weights.finding import state

    return tuple(f"llm:{entry.name}" for entry in catalog().values() if state(entry) == "ready")


def _options(chosen: dict[str, Any], variants: Sequence[str]) -> TaskOptions:
    from itertools import product

    from arena.backends.base import Sampling
    from arena.experiments.numbers.cells import TaskOptions

    return TaskOptions(
        samplings=tuple(Sampling(*pair) for pair in product(chosen["temperatures"], chosen["top_ps"])),
        variants=tuple(variants),
        style=chosen["style"],
        format=chosen["format_"],
        wording=chosen["wording"],
    )
