"""The report of numbers (section 2 of the paper and its appendix).

measures.py   a cell's numbers, from its answers and from exact mode
runs.py       a whole run, or several side by side
tables.py     tables 1, 3, 4, 6 and 7, and the numbers behind figures 2, 3 and 7
rows.py       parts of tables: names, rows, sentences
panels.py     panels of figures
figures.py    figures 2, 3, 6, 7 and 8
comparing.py  what two cells are compared by
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.reports.options import DEFAULTS, ReportSettings

if TYPE_CHECKING:
    from arena.reports.numbers.runs import NumbersRuns
    from arena.reports.report import Report
    from arena.store.rows import RunRow
    from arena.store.store import Store


def report(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """The tables and figures of runs of tasks. Raises InputError if none of their tasks is known here."""
    from arena.reports.numbers.runs import read_runs

    return reported(read_runs(store, *runs, names=settings.labels), settings.published)


def reported(found: NumbersRuns, published: bool = False) -> Report:
    """The same for runs that have already been read."""
    from arena.reports.numbers.figures import figures
    from arena.reports.numbers.tables import published_rows, tables
    from arena.reports.report import Report
    from arena.reports.table import flat

    made = tables(found, published)
    return Report(
        name="numbers",
        file="numbers",
        tables=made,
        figures=figures(found),
        records=[flat(found.document(cell)) for cell in found.cells],
        document=found.to_json(),
        published=published_rows(made) if published else None,
    )
