"""Cells and runs of tasks made by hand or from seeded draws, without a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from arena.experiments.numbers.exact import Exact
from arena.experiments.numbers.task import find_task
from arena.records import Answer, Sample
from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.settings import settings_of
from arena.store.rows import Asked, CellRow, CellSpec, RunRow
from tests.support.specs import numbers_run


def cell(
    subject: str = "llm:m",
    task: str = "integers",
    values: Sequence[tuple[int, ...]] = (),
    rejected: int = 0,
    wanted: int | None = None,
    findings: dict[str, Any] | None = None,
    seed: int = 0,
    **prompt: Any,
) -> NumbersCellReport:
    """A cell with these valid answers and `rejected` rejected ones; a model's, asked as `prompt` says."""
    plain = {"style": "base", "wording": "paper", "temperature": 1.0, "top_p": 1.0}
    asked = Asked(**{**plain, **prompt}) if subject.startswith("llm:") else None
    spec = CellSpec(f"{subject}|{task}|{prompt}", subject, "", task, asked)
    answers = [Answer(Sample("", (), "eos"), value) for value in values]
    answers += [Answer(Sample("no", (), "eos"), None)] * rejected
    row = CellRow(1, spec, len(values), 0, 1.0)
    n = len(values) or 1500
    settings = settings_of(run_of(spec, seed=seed), spec)
    wanted = len(values) if wanted is None else wanted
    return NumbersCellReport(row, find_task(task), tuple(answers), findings or {}, wanted, n, settings)


def run_of(*cells: CellSpec, seed: int = 0) -> RunRow:
    """A run with these cells."""
    return RunRow(1, "2026-01-01-1", numbers_run(cells, 1500, seed, "both"), "now", 1500)


def runs_of(*cells: NumbersCellReport, families: dict[str, str] | None = None) -> NumbersRuns:
    """The report of a run."""
    return NumbersRuns((run_of(*(one.cell.spec for one in cells)),), cells, families or {})


def drawn(n: int = 300, seed: int = 0, length: int = 1) -> list[tuple[int, ...]]:
    """Uniform answers."""
    return [tuple(row) for row in np.random.default_rng(seed).integers(0, 11, size=(n, length)).tolist()]


def exact(*probabilities: float, unexplored: float = 0.0) -> dict[str, Any]:
    """A result of exact mode."""
    rejected = 1 - sum(probabilities) - unexplored
    return {"exact": Exact(probabilities, rejected, unexplored, 9).to_json()}


EXACT = exact(0.0, 0.1, 0.1, 0.0, 0.0, 0.1, 0.0, 0.5, 0.0, 0.0, 0.0, unexplored=0.05)


def all_tasks() -> NumbersRuns:
    """Cells for every table and figure."""
    return runs_of(
        cell("llm:a", values=drawn(300), findings=EXACT | {"entropy": {"entropy": 3.0}}),
        cell("llm:b$_|[x]", values=[(7,)] * 300, rejected=20),
        cell("llm:a", "letters", values=drawn(100, 1)),
        cell("llm:a", "sequences", values=drawn(100, 2, 10)),
        cell("llm:a", findings=EXACT, variant="0"),
        cell("llm:a", findings=EXACT, variant="3"),
        cell("llm:a", findings=EXACT, temperature=2.0, top_p=0.5),
        cell(
            "llm:b$_|[x]",
            values=drawn(50, 3),
            temperature=1.5,
            matched="llm:a",
            findings={"entropy": {"base": "llm:a", "entropy": 3.5, "target": 3.0, "reached": True}},
        ),
        cell("reward:r", findings={"rewards": {"values": [float(v) for v in range(11)], "template": "tulu"}}),
        families={"llm:a": "one", "llm:b$_|[x]": "two"},
    )
