"""From stored runs to their reports: an experiment's reporter is found by the experiment's name.

A package adds one through the entry point group `arena.reports`: the name is the experiment's, the object a function
`report(store, runs, settings) -> Report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from arena.errors import InputError
from arena.plugins import Registry
from arena.reports import numbers, people, poems, prediction, tournament, tradeoff
from arena.reports.options import DEFAULTS, ReportSettings
from arena.store.rows import RunRow
from arena.text import printable

if TYPE_CHECKING:
    from arena.reports.report import Report
    from arena.store.store import Store


class Reporter(Protocol):
    """Makes an experiment's report of some of its runs, side by side, as `settings` ask."""

    def __call__(self, store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> Report: ...


REPORTS: Final = Registry[Reporter](
    "arena.reports",
    "report",
    {
        "tournament": tournament.report,
        "numbers": numbers.report,
        "poems": poems.report,
        "people": people.report,
        "perplexity": prediction.report_perplexity,
        "anchors": prediction.report_anchors,
    },
)
# reports over the runs of several experiments at once: what they need, and who makes them
_ACROSS: Final[tuple[tuple[frozenset[str], Reporter], ...]] = (
    (frozenset({"tournament", "numbers"}), tradeoff.report),
    (frozenset({"perplexity", "anchors"}), prediction.report_both),
    (frozenset({"tournament", "people"}), people.among),
)
SHOWN_BY: Final = {"match": "tournament"}  # for experiments that have no report of their own
# names of experiments' reports in the document of a whole suite, where they aren't the experiment's name
_OF_SUITES: Final = {"tournament": "games", "numbers": "tasks"}


def reports_of(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> tuple[Report, ...]:
    """The reports of runs of any experiments: one per experiment, in the order of first runs.

    Raises InputError for an experiment that nothing installed here can report.
    """
    by_experiment: dict[str, list[RunRow]] = {}
    for run in runs:
        by_experiment.setdefault(SHOWN_BY.get(run.spec.experiment, run.spec.experiment), []).append(run)
    return tuple(_report(name, store, found, settings) for name, found in by_experiment.items())


def reports_across(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> tuple[Report, ...]:
    """The reports that need runs of several experiments at once, if they are all there; `nothing` says why one of them
    has nothing to show."""
    here = {SHOWN_BY.get(run.spec.experiment, run.spec.experiment) for run in runs}
    return tuple(report(store, runs, settings) for needed, report in _ACROSS if needed <= here)


def can_report(run: RunRow) -> bool:
    """Whether something installed here can report a run."""
    return SHOWN_BY.get(run.spec.experiment, run.spec.experiment) in REPORTS


def suite_document(suite: str, reports: Sequence[Report]) -> dict[str, object]:
    """The document of a whole suite's reports; null for a kind of part that it doesn't have."""
    found = {_OF_SUITES.get(report.name, report.name): report.to_json() for report in reports}
    return {"suite": suite, **dict.fromkeys(_OF_SUITES.values()), **found}


def _report(name: str, store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> Report:
    if name not in REPORTS:
        raise InputError(
            f"run {printable(runs[0].name)} is of the experiment {name!r}, which nothing installed here "
            f"can report: install the package that adds it, or choose other runs (this can report "
            f"{', '.join(REPORTS.names())})"
        )
    reporter = REPORTS.load(name)
    with REPORTS.blaming(name):
        return reporter(store, runs, settings)
