"""A whole run of a task, or several side by side: their cells' reports, and the document that `--json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arena.errors import ArenaError, InputError
from arena.reports.cautions import cautions, families_of
from arena.reports.settings import run_document, said_of_all, settings_of
from arena.reports.tasks.cells import TaskCellReport
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.tasks.run import draws
from arena.tasks.stored import read_answers, read_findings
from arena.tasks.task import find_task
from arena.text import printable


@dataclass(frozen=True)
class TaskReport:
    """Runs with their cells, in the runs' order. `families` maps a subject to its model's family, where known;
    `left_out` are sentences about cells that can't be reported here."""

    runs: tuple[RunRow, ...]
    cells: tuple[TaskCellReport, ...]
    families: dict[str, str]
    left_out: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Which runs these are, and from which seeds."""
        seeds = dict.fromkeys(run.spec.seed for run in self.runs)
        days: dict[str, list[str]] = {}
        for run in self.runs:
            day, _, number = printable(run.name).rpartition("-")
            days.setdefault(day, []).append(number)
        names = ", ".join(f"{day}-{', -'.join(numbers)}" for day, numbers in days.items())
        return f"{'Runs' if len(self.runs) > 1 else 'Run'} {names}; seed {', '.join(map(str, seeds))}"

    def cautions_of(self, cells: Sequence[TaskCellReport]) -> tuple[str, ...]:
        """What has to be said where these cells stand side by side."""
        return cautions([cell.settings for cell in cells], self.families)

    def said_of(self, cells: Sequence[TaskCellReport]) -> tuple[str, ...]:
        """What these cells share, in a sentence, if that is anything."""
        return tuple(filter(None, [said_of_all([cell.settings for cell in cells])]))

    def of(self, *tasks: str) -> list[TaskCellReport]:
        """The cells of these tasks."""
        return [cell for cell in self.cells if cell.task.name in tasks]

    def grid(self) -> list[TaskCellReport]:
        """The cells of table 4: integers in the wording itself, if there are several temperatures or top-ps of them."""
        cells = [
            cell
            for cell in self.of("integers")
            if "top_p" in cell.prompt and not {"variant", "matched"} & set(cell.prompt)
        ]
        return cells if len({cell.sampling for cell in cells}) > 1 else []

    def single(self, task: str) -> list[TaskCellReport]:
        """The cells of a task that stand one a row or a panel: neither paraphrases nor matched, nor what only table 4
        has room for."""
        in_grid = {id(cell) for cell in self.grid() if not cell.is_plain}
        return [
            cell
            for cell in self.of(task)
            if not cell.rewards and not {"variant", "matched"} & set(cell.prompt) and id(cell) not in in_grid
        ]

    def bases(self, matched: Sequence[TaskCellReport]) -> list[TaskCellReport]:
        """The plain cells of those whose entropy some cells were to reach."""
        names, tasks = ({cell.prompt["matched"] for cell in matched}, {cell.task.name for cell in matched})
        return [cell for cell in self.of(*tasks) if cell.subject in names and cell.is_plain]

    def to_json(self) -> dict[str, Any]:
        """The document of `arena numbers --json` and `arena report --format json`."""
        first = self.runs[0]
        return {
            "run": first.name,
            "seed": first.spec.seed,
            "cells": [cell.to_json() for cell in self.cells],
            "manifest": dict(first.spec.manifest),
            "runs": [run_document(run) for run in self.runs],
            "left_out": list(self.left_out),
        }


def task_report(store: Store, *runs: RunRow) -> TaskReport:
    """Read one or several runs; of a cell that several of them have with the same settings, the one with the most
    answers. A task that isn't known here is left out, and named.

    Raises InputError if none of them is known.
    """
    found: dict[tuple[str, ...], TaskCellReport] = {}
    left_out: dict[str, None] = {}
    for run in runs:
        for cell in store.cells(run):
            try:
                task = find_task(cell.spec.game)
            except ArenaError as error:
                left_out[f"run {run.name} asked {cell.spec.game!r}, but {error}"] = None
                continue
            answers, findings = tuple(read_answers(store, cell, task)), read_findings(store, cell, task)
            wanted = run.spec.games if draws(run.spec) else 0
            settings = settings_of(run, cell.spec)
            report = TaskCellReport(cell, task, answers, findings, wanted, run.spec.games, settings)
            same = (f"{name}={value}" for name, value in settings.items() if name not in ("run", "created"))
            key = str(report.prompt.get("matched")), *same
            if key not in found or len(found[key].values) < len(report.values):
                found[key] = report
    cells = tuple(found.values())
    if left_out and not cells:
        raise InputError("; ".join(left_out))
    return TaskReport(runs, cells, families_of({cell.subject for cell in cells}), tuple(left_out))
