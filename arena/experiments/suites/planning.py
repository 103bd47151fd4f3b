"""All parts of a suite, planned together before the first one runs, and those of their cells that were asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from arena.backends.loading import Models
from arena.errors import ArenaError, CapabilityError, InputError, ModelError, UsageError
from arena.experiments.experiment import Cell, Plan
from arena.experiments.registry import EXPERIMENTS
from arena.experiments.suites.suite import Part, Suite


class Planned(NamedTuple):
    """A part with its place among the suite's, counted from 1, and its plan, or why it can't be made now but may be
    later or on another machine."""

    number: int
    part: Part
    plan: Plan | ArenaError

    @property
    def kind(self) -> str:
        """The name of its experiment."""
        return self.part.experiment.name


async def plan_suite(suite: Suite, models: Models, only: Sequence[str] = ()) -> list[Planned]:
    """The parts that have a cell that fits one of `only`, or all of them.

    A pattern fits a cell whose line (experiment, subject, game or task, title) has its letters in it, where `*` stands
    for anything. Raises InputError for impossible parts, naming the line of the file, and UsageError for a pattern
    that fits nothing.
    """
    wanted = await _wanted(suite, models, only) if only else None
    planned = []
    for number, part in enumerate(suite.parts, start=1):
        if wanted is None or number in wanted:
            plan = await _planned(part, models)
            if isinstance(plan, Plan) and only:
                plan.pick({cell.spec.key for cell in plan.cells if _fits(_line(part, cell), only)})
            planned.append(Planned(number, part, plan))
    return planned


async def _wanted(suite: Suite, models: Models, only: Sequence[str]) -> set[int]:
    """The numbers of the parts that have a cell that fits. Nothing is loaded for that."""
    lines: list[tuple[int, str]] = []
    there: dict[str, None] = {}  # games, tasks and subjects, in the suite's order
    with models.unloaded() as idle:
        for number, part in enumerate(suite.parts, start=1):
            plan = await _planned(part, idle)
            lines += [(number, line) for line in _lines(part, plan)]
            if isinstance(plan, Plan):
                there |= dict.fromkeys(name for cell in plan.cells for name in (cell.spec.what, cell.spec.subject))
    for pattern in only:
        if not any(_fits(line, [pattern]) for _, line in lines):
            raise UsageError(f"--only {pattern!r} fits nothing in the suite {suite.name}: there are {', '.join(there)}")
    return {number for number, line in lines if _fits(line, only)}


def _lines(part: Part, plan: Plan | ArenaError) -> Iterator[str]:
    """The lines that patterns are compared with."""
    if isinstance(plan, Plan):
        yield from (_line(part, cell) for cell in plan.cells)
    else:  # its cells can't be known now
        yield from (f"{part.experiment.name} {subject}" for subject in part.spec.subjects)


def _line(part: Part, cell: Cell) -> str:
    spec = cell.spec
    opponent = f" against {spec.opponent}" if spec.opponent else ""
    # the game or task comes twice, so that a pattern may name it before the subject or after
    return f"{part.experiment.name} {spec.what}{opponent}: {cell.title} {spec.what}"


def _fits(line: str, patterns: Sequence[str]) -> bool:
    return any(
        re.search(".*".join(map(re.escape, pattern.casefold().split("*"))), line.casefold()) for pattern in patterns
    )


async def _planned(part: Part, models: Models) -> Plan | ArenaError:
    try:
        with EXPERIMENTS.blaming(part.experiment.name):
            plan: Plan = await part.experiment.plan(part.spec, models)
            titles = {cell.spec.key: cell.title for cell in plan.cells}
            keys = Counter(cell.spec.key for cell in plan.cells)
    except (ModelError, CapabilityError) as error:
        return error
    except (InputError, UsageError) as error:
        raise part.place.blame(error) from error
    if not keys:
        raise part.place.fault("nothing would be measured: one of its lists is empty")
    key, times = keys.most_common(1)[0]
    if times > 1:
        raise part.place.fault(f"{titles[key]} is there {'twice' if times == 2 else f'{times} times'}")
    return plan
