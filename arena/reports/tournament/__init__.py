"""The report of tournaments (section 3 of the paper).

measures.py        a cell's numbers, from its rounds
numbers.py         all of them as a document
exact.py           the same of a cell that was followed instead of being played
how_far.py         how far a cell is, in words
runs.py            a whole run, or several side by side
table2.py          table 2: its rows, and the sentences below them
figure4.py         figure 4, left and right
ladder.py          what each reader gains from a subject, from chance to the ideal one
ladder_table.py    the ladder as a table
ladder_figure.py   the ladder as a figure
comparing.py       what two cells are compared by
renamings.py       arrangements of names, and their shares of variance
mitigations.py     ways of asking beside the plain one
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from arena.reports.options import DEFAULTS, ReportSettings

if TYPE_CHECKING:
    from arena.reports.report import Report
    from arena.reports.table import Table
    from arena.reports.tournament.runs import TournamentRuns
    from arena.store.rows import RunRow
    from arena.store.store import Store


def report(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """Table 2 and figure 4 of runs of games. Raises InputError if none of their games is installed."""
    from arena.reports.tournament.mitigations import mitigations
    from arena.reports.tournament.renamings import renamings
    from arena.reports.tournament.runs import keep_numbers, read_runs

    found = read_runs(store, *runs, names=settings.labels, again=settings.again)
    if settings.again:
        keep_numbers(store, found)
    return reported(found, settings.published, (*mitigations(store, found), *renamings(found)))


def reported(found: TournamentRuns, published: bool = False, more: Sequence[Table] = ()) -> Report:
    """The same for runs that have already been read, with `more` tables."""
    from arena.reports.report import Report
    from arena.reports.tournament.figure4 import figure4
    from arena.reports.tournament.ladder import ladders
    from arena.reports.tournament.ladder_figure import ladder_figure
    from arena.reports.tournament.ladder_table import ladder_table
    from arena.reports.tournament.table2 import comparable, table2

    tables, climbed = table2(found, published), ladders(found)
    return Report(
        name="tournament",
        file="table2",
        tables=(*tables, *ladder_table(found, climbed), *more),
        figures=(figure4(found), *([ladder_figure(found, climbed)] if climbed else [])),
        records=[row.values for table in tables for row in table.rows],
        document={**found.to_json(), **_rows(more)},
        published=tuple(row for game in found.games for row in comparable(found, game)) if published else None,
        nothing=found.nothing,
    )


def _rows(tables: Sequence[Table]) -> dict[str, list[dict[str, Any]]]:
    """The rows of these tables as a document, by the tables' keys."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        found.setdefault(table.key, []).extend({"row": row.name, **row.values} for row in table.rows)
    return found
