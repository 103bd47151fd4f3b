"""The report of recorded people: what readers of moves foresee of them, and where models stand among them.

measures.py   what a reader foresaw in some matches, in numbers
scores.py     readers tried on people, and on the players of other runs
tables.py     a part per reader, and people by their opponents
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.reports.options import DEFAULTS, ReportSettings

if TYPE_CHECKING:
    from arena.reports.people.scores import PeopleScores
    from arena.reports.report import Report
    from arena.store.rows import RunRow
    from arena.store.store import Store


def report(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """Recorded people, and among them the players of those runs that have matches in the same game."""
    from arena.reports.people.scores import score_people
    from arena.store.rows import Unit

    return reported(score_people(store, [run for run in runs if run.spec.unit is Unit.MATCH], names=settings.labels))


def reported(found: PeopleScores) -> Report:
    """The same for readers that have already been tried."""
    from arena.reports.people.tables import by_opponent, by_reader, document
    from arena.reports.report import Report

    tables = (*by_reader(found), by_opponent(found))
    return Report(
        name="people",
        file="people",
        tables=tables,
        figures=(),
        records=[row.values for table in tables for row in table.rows],
        document=document(found),
    )
