"""A suite is run part by part, each a run of its own in the store: what is finished is not done again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from arena.backends.base import Sampling
from arena.backends.loading import Models
from arena.experiments.numbers.cells import TaskCell, TaskOptions, plan_task_cells
from arena.experiments.numbers.entropy import plan_matched_cells
from arena.experiments.numbers.numbers import Observer as TaskObserver
from arena.experiments.numbers.numbers import TaskPlan, run_tasks
from arena.experiments.suites.suite import Suite, TaskPart, TournamentPart
from arena.experiments.tournament.cells import Cell, Options, plan_cells
from arena.experiments.tournament.tournament import Observer as PlayObserver
from arena.experiments.tournament.tournament import Tournament, play_tournament
from arena.store.rows import RunRow
from arena.store.store import Store


class Observer(PlayObserver, TaskObserver, Protocol):  # type: ignore[misc]  # both have cells, of either kind
    """Who watches a suite."""

    def part(self, number: int, count: int) -> None:
        """The turn of a part has come: so many there are."""
        ...

    def cells(self, cells: Sequence[Cell | TaskCell]) -> None:
        """A part begins, of these cells."""
        ...


async def run_suite(suite: Suite, store: Store, models: Models, observer: Observer) -> list[RunRow]:
    """Do what is missing of a suite; returns its parts' runs, tournaments first.

    Raises UsageError and InputError for parts that can't be, ModelError if a model fails, StoreError if the store does.
    """
    parts: tuple[TournamentPart | TaskPart, ...] = (*suite.tournament, *suite.task)
    runs = []
    for number, part in enumerate(parts, start=1):
        observer.part(number, len(parts))
        if isinstance(part, TournamentPart):
            runs.append(await _tournament(suite, part, store, models, observer))
        else:
            runs.append(await _task(suite, part, store, models, observer))
    return runs


async def _tournament(suite: Suite, part: TournamentPart, store: Store, models: Models, observer: Observer) -> RunRow:
    options = Options()
    cells = await plan_cells(part.subjects or suite.subjects, part.opponents, part.games, options, models)
    observer.cells(cells)
    return await play_tournament(
        Tournament(cells, part.matches, part.rounds, suite.seed, options), store, models, observer
    )


async def _task(suite: Suite, part: TaskPart, store: Store, models: Models, observer: Observer) -> RunRow:
    subjects = part.subjects or suite.subjects
    options = TaskOptions(
        samplings=tuple(Sampling(t, p) for t in part.temperatures for p in part.top_p),
        variants=part.paraphrases or ("",),
    )
    if part.match_entropy:
        aligned = [subject for subject in subjects if subject != part.match_entropy]
        cells, findings = await plan_matched_cells(part.match_entropy, aligned, part.task, options, models)
        plan = TaskPlan(cells, part.n, suite.seed, part.mode, findings)
    else:
        plan = TaskPlan(await plan_task_cells(subjects, part.task, options, models), part.n, suite.seed, part.mode)
    observer.cells(plan.cells)
    return await run_tasks(plan, store, models, observer)
