"""A whole run of a task, or several side by side: their cells' reports, and the document that `--json` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from arena.errors import ArenaError, InputError
from arena.reports.families import families_of
from arena.reports.tasks.cells import TaskCellReport
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.tasks.run import draws
from arena.tasks.stored import read_answers, read_findings
from arena.tasks.task import find_task
from arena.text import printable


@dataclass(frozen=True)
class TaskReport:
    """Runs with their cells, in the runs' order. `families` maps a subject to its model's family, where known."""

    runs: tuple[RunRow, ...]
    cells: tuple[TaskCellReport, ...]
    families: dict[str, str]

    @property
    def title(self) -> str:
        """Which runs these are, and from which seeds."""
        seeds = dict.fromkeys(run.spec.seed for run in self.runs)
        days: dict[str, list[str]] = {}
        for run in self.runs:
            day, _, number = run.name.rpartition("-")
            days.setdefault(day, []).append(number)
        names = ", ".join(f"{day}-{', -'.join(numbers)}" for day, numbers in days.items())
        return f"{'Runs' if len(self.runs) > 1 else 'Run'} {names}; seed {', '.join(map(str, seeds))}"

    @property
    def families_differ(self) -> bool:
        """Whether models of different families stand side by side: their difference is then not alignment's."""
        known = {self.families.get(cell.subject) for cell in self.cells}
        return len(known - {None}) > 1

    def label(self, cell: TaskCellReport) -> str:
        """Who drew; safe to print in one line."""
        return printable(cell.subject)

    def of(self, *tasks: str) -> list[TaskCellReport]:
        """The cells of these tasks."""
        return [cell for cell in self.cells if cell.task.name in tasks]

    def to_json(self) -> dict[str, Any]:
        """The document of `arena numbers --json` and `arena report --format json`."""
        first, *more = self.runs
        return {
            "run": first.name,
            **({"more_runs": [run.name for run in more]} if more else {}),
            "seed": first.spec.seed,
            "cells": [cell.to_json() for cell in self.cells],
            "manifest": dict(first.spec.manifest),
        }


def task_report(store: Store, *runs: RunRow) -> TaskReport:
    """Read one or several runs; of a cell that several of them have, the one with the most answers.

    Raises InputError if a task of a run isn't known here.
    """
    found: dict[tuple[str, object], TaskCellReport] = {}
    for run in runs:
        for cell in store.cells(run):
            try:
                task = find_task(cell.spec.game)
            except ArenaError as error:
                raise InputError(f"run {run.name} asked {cell.spec.game!r}, but {error}") from error
            answers, findings = tuple(read_answers(store, cell, task)), read_findings(store, cell, task)
            wanted = run.spec.games if draws(run.spec) else 0
            report = TaskCellReport(cell, task, answers, findings, wanted, run.spec.games)
            key = cell.spec.key, report.prompt.get("matched")
            if key not in found or len(found[key].values) < len(report.values):
                found[key] = report
    cells = tuple(found.values())
    return TaskReport(runs, cells, families_of({cell.subject for cell in cells}))
