"""The kinds of runs that can be compared, and by which measures. Definitions: docs/definitions.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.numbers.runs import read_runs as read_numbers
from arena.reports.runs import Runs
from arena.reports.tournament.measures import NET, CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.reports.tournament.runs import read_runs as read_tournament
from arena.stats.clusters import Estimate
from arena.stats.comparing import Comparison, Sample, apart, combined, paired
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable

# how a measure is called, and to how many digits a person sees it
MEASURES: Final[Mapping[str, tuple[str, int]]] = {
    "net": ("net", 1),
    "expected_net": ("expected net", 1),
    "determinism": ("determinism", 3),
    "mass": ("mass", 3),
    "invalid_rate": ("invalid answers, %", 1),
    "chi2": ("chi²", 1),
    "phi2": ("phi²", 3),
    "exact.expected_chi2": ("chi², exact", 1),
    "exact.phi2": ("phi², exact", 3),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of run. `unit` is what its cells consist of, in the plural; `uncounted` says in sentences what of a run
    isn't counted. `compare` gives the measures that two cells have; its last argument says whether units of one number
    had the same draws."""

    unit: str
    read: Callable[[Store, RunRow], Runs[Any]]
    title: Callable[[Any], str]
    uncounted: Callable[[Any], Iterable[str]]
    compare: Callable[[Any, Any, bool], Mapping[str, Comparison]]


def samples(cell: CellReport) -> dict[str, Sample]:
    """The observations of each measure of a cell of games, matches as clusters; only those that it has."""
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


def _compare_games(first: CellReport, second: CellReport, same_draws: bool) -> dict[str, Comparison]:
    one, two = samples(first), samples(second)
    together = same_draws and len(np.intersect1d(first.rounds.match, second.rounds.match))
    return {name: (paired if together else apart)(one[name], two[name]) for name in one if name in two}


def _compare_tasks(first: NumbersCellReport, second: NumbersCellReport, same_draws: bool) -> dict[str, Comparison]:
    """Chi-square grows with n, so that a difference is given for equal n alone; its interval is that of phi². Neither
    is a mean over the draws, so that pairs of these don't help."""
    one, two = first.to_json(), second.to_json()
    sizes = one["n"], two["n"]
    found = {}
    if all(sizes):
        chi2 = _chi2(one), _chi2(two)
        alike = sizes[0] == sizes[1]
        found["chi2"] = combined(*chi2, sizes) if alike else Comparison(*chi2, Estimate(None), sizes, False)
        if one["phi2"] is not None and two["phi2"] is not None:
            found["phi2"] = combined(_phi2(one), _phi2(two), sizes)
    if one["exact"] and two["exact"]:
        alike = one["exact"]["expected_chi2_n"] == two["exact"]["expected_chi2_n"]
        for name in ("expected_chi2", "phi2") if alike else ("phi2",):
            found[f"exact.{name}"] = combined(Estimate(one["exact"][name]), Estimate(two["exact"][name]), (0, 0))
    return found


def _phi2(document: Mapping[str, Any]) -> Estimate:
    interval = document["phi2_ci"]
    return Estimate(document["phi2"], None if interval is None else (interval[0], interval[1]))


def _chi2(document: Mapping[str, Any]) -> Estimate:
    phi2, n, k = _phi2(document).interval, document["n"], len(document["values"])
    low, high = phi2 or (None, None)
    ends = None if low is None or high is None else ((k - 1) + (n - 1) * low, (k - 1) + (n - 1) * high)
    return Estimate(document["chi2"], ends)


def _games_uncounted(found: TournamentRuns) -> Iterable[str]:
    return found.uncounted


def _tasks_uncounted(found: NumbersRuns) -> Iterable[str]:
    return (
        f"{printable(cell.subject)}, {cell.task.title}: {len(cell.values)} of {cell.wanted} valid answers."
        for cell in found.cells
        if cell.is_incomplete
    )


# by the experiment's name
KINDS: Final[Mapping[str, Kind]] = {
    "tournament": Kind("matches", read_tournament, lambda cell: cell.game.title, _games_uncounted, _compare_games),
    "numbers": Kind("answers", read_numbers, lambda cell: cell.task.title, _tasks_uncounted, _compare_tasks),
}
