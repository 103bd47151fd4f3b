"""Runs of tasks: which tables and figures their cells belong to, and the document that `--json` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from arena.experiments.numbers.stored import read_answers, read_findings
from arena.experiments.numbers.task import find_task
from arena.reports.cautions import families_of
from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.runs import NO_NAMES, Runs, read_cells
from arena.reports.settings import labelled, settings_of, shown_name
from arena.store.rows import RunRow, Unit
from arena.store.store import Store
from arena.text import printable

# what two cells of the same settings may differ in: which run it was, and how much of them was asked for
_OF_RUN: Final = ("run", "created", "mode")


class NumbersRuns(Runs[NumbersCellReport]):
    """Runs of tasks, of models that may have been measured one after another."""

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

    def of(self, *tasks: str) -> list[NumbersCellReport]:
        """The cells of these tasks."""
        return [cell for cell in self.cells if cell.task.name in tasks]

    def grid(self) -> list[NumbersCellReport]:
        """The cells of table 4: integers in the wording itself, if there are several temperatures or top-ps of them."""
        cells = [
            cell
            for cell in self.of("integers")
            if "top_p" in cell.prompt and not {"variant", "matched"} & set(cell.prompt)
        ]
        return cells if len({cell.sampling for cell in cells}) > 1 else []

    def single(self, task: str) -> list[NumbersCellReport]:
        """The cells of a task that get a row or a panel each: neither paraphrases nor matched, nor those that only
        table 4 has room for."""
        in_grid = {id(cell) for cell in self.grid() if not cell.is_plain}
        return [
            cell
            for cell in self.of(task)
            if not cell.rewards and not {"variant", "matched"} & set(cell.prompt) and id(cell) not in in_grid
        ]

    def bases(self, matched: Sequence[NumbersCellReport]) -> list[NumbersCellReport]:
        """The plain cells of the base models whose entropy the matched cells were to reach."""
        names, tasks = ({cell.prompt["matched"] for cell in matched}, {cell.task.name for cell in matched})
        return [cell for cell in self.of(*tasks) if cell.subject in names and cell.is_plain]


def read_runs(store: Store, *runs: RunRow, names: Mapping[str, str] = NO_NAMES) -> NumbersRuns:
    """Read one or several runs. If several have a cell with the same settings, those that have no more than another are
    left out, and named, as is a task that isn't known here. `names` are people's own for agents, by spec.

    Raises InputError if none is known.
    """
    found, left_out = read_cells(store, runs, find_task, "asked")
    kept: dict[tuple[str, ...], list[NumbersCellReport]] = {}
    twice = []
    for run, cell, task in found:
        answers, findings = tuple(read_answers(store, cell, task)), read_findings(store, cell, task)
        wanted = run.spec.size if run.spec.unit is Unit.ANSWER else 0
        settings = labelled(settings_of(run, cell.spec), names)
        report = NumbersCellReport(cell, task, answers, findings, wanted, run.spec.size, settings)
        alike = kept.setdefault(tuple(f"{name}={value}" for name, value in settings.items() if name not in _OF_RUN), [])
        more = next((one for one in alike if _has_all_of(one, report)), None)
        if more is not None:
            twice.append((report, more))
            continue
        less = [one for one in alike if _has_all_of(report, one)]
        twice += [(one, report) for one in less]
        alike[:] = [*(one for one in alike if not _has_all_of(report, one)), report]
    cells = tuple(report for alike in kept.values() for report in alike)
    left_out += tuple(dict.fromkeys(_said(*pair) for pair in twice))
    return NumbersRuns(runs, cells, families_of({cell.subject for cell in cells}), left_out)


def _has_all_of(one: NumbersCellReport, other: NumbersCellReport) -> bool:
    return len(one.values) >= len(other.values) and one.findings.keys() >= other.findings.keys()


def _said(less: NumbersCellReport, more: NumbersCellReport) -> str:
    """Why a cell is left out."""
    return (
        f"{shown_name(less.settings)}, {less.task.title}, of run {printable(less.settings['run'])}, as it has the "
        f"settings of run {printable(more.settings['run'])}, and nothing that isn't there too"
    )
