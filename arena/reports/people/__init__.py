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
    """What readers foresee of recorded people."""
    return reported(_scored(store, runs, settings))


def among(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """The players of other runs among recorded people: the report of runs of which some have people."""
    return reported(_scored(store, runs, settings), among=True)


def _scored(store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> PeopleScores:
    from arena.reports.people.scores import score_people
    from arena.store.rows import Unit

    return score_people(store, [run for run in runs if run.spec.unit is Unit.MATCH], names=settings.labels)


def reported(found: PeopleScores, among: bool = False) -> Report:
    """The same for readers that have already been tried."""
    from arena.reports.people.tables import by_opponent, by_reader, document
    from arena.reports.report import Report

    key = "among_people" if among else "people"
    of_readers = by_reader(found, key)
    nobody = (
        f"nobody else played {found.game.title} in {found.rounds} rounds or more: there is no one to set among people"
    )
    return Report(
        name="people",
        file=key,
        tables=of_readers if among else (*of_readers, by_opponent(found)),
        figures=(),
        records=[row.values for table in of_readers for row in table.rows],
        document=document(found),
        nothing=nobody if among and not found.others else "",
    )
