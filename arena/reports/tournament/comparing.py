"""What two cells of games are compared by. Definitions: docs/definitions.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from arena.errors import InputError
from arena.reports.compare.kind import Kind, Measure
from arena.reports.tournament.measures import NET, CellReport
from arena.reports.tournament.runs import TournamentRuns, read_runs
from arena.stats.comparing import Comparison, Sample, apart, paired
from arena.store.rows import RunRow, Unit
from arena.store.store import Store
from arena.text import printable

_MEASURES: Final = {
    "net": Measure("net", 1),
    "expected_net": Measure("expected net", 1),
    "determinism": Measure("determinism", 3),
    "mass": Measure("mass", 3),
    "invalid_rate": Measure("invalid answers, %", 1),
}


def samples(cell: CellReport) -> dict[str, Sample]:
    """The observations of each measure of a cell, matches as clusters; only those that it has."""
    rounds = cell.rounds
    if not len(rounds):
        return {}
    found = {"net": Sample(cell.points, rounds.match, NET)}
    if cell.has_policies:
        expected = cell.expected_points
        assert expected is not None
        found["expected_net"] = Sample(expected, rounds.match, NET)
        found["determinism"] = Sample(cell.determinism, rounds.match, cell.determinism_bounds)
    drawn = int(rounds.drawn.sum())
    if drawn:  # by a model
        if cell.has_policies:
            found["mass"] = Sample(rounds.mass, rounds.match, (0.0, 1.0))
        refused = int(rounds.invalid.sum())
        of_answers = (np.repeat(rounds.match, rounds.invalid), np.repeat(rounds.match, rounds.drawn - rounds.invalid))
        answers = np.repeat([100.0, 0.0], [refused, drawn - refused])
        found["invalid_rate"] = Sample(answers, np.concatenate(of_answers), (0.0, 100.0))
    return found


def _compare(first: CellReport, second: CellReport, same_draws: bool) -> dict[str, Comparison]:
    """Where one cell is reported by its first rounds alone, the same rounds of both are compared."""
    reached = [cell.cell.reached for cell in (first, second) if cell.cell.reached is not None]
    if reached:
        first, second = (_up_to(cell, min(reached)) for cell in (first, second))
    one, two = samples(first), samples(second)
    together = same_draws and len(np.intersect1d(first.rounds.match, second.rounds.match))
    return {name: (paired if together else apart)(one[name], two[name]) for name in one if name in two}


def _up_to(cell: CellReport, number: int) -> CellReport:
    """The cell without its rounds after that number."""
    return replace(cell, read=lambda: cell.rounds.where(cell.rounds.number <= number), known=None)


def _read(store: Store, run: RunRow) -> TournamentRuns:
    """The run's matches. Raises InputError for an exact run, which has none."""
    if run.spec.unit is Unit.FINDING:
        raise InputError(
            f"run {printable(run.name)} is exact, and only runs that were played are compared: `arena report` shows "
            "it beside others"
        )
    return read_runs(store, run)


GAMES: Final = Kind(
    unit="matches",
    measures=_MEASURES,
    read=_read,
    title=lambda cell: str(cell.game.title),
    uncounted=lambda found: found.uncounted,
    compare=_compare,
)
