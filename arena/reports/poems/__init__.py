"""The report of poems (section 4 of the paper).

runs.py       runs of poems, of contests and of judges
panels.py     who judged: people together, or a model
measures.py   a contest's numbers, and those of all contests together
judges.py     agreement, the pull of a side, controls
tables.py     poems as written, contests won, agreement, originality by the text
figure5.py    figure 5 beside the published one
appendix.py   all poems, with the winners marked (tables 8 and 9)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.reports.options import DEFAULTS, ReportSettings

if TYPE_CHECKING:
    from arena.reports.report import Report
    from arena.store.rows import RunRow
    from arena.store.store import Store


def report(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """The tables and figures of runs of poems, of contests, or of judges. Raises StoreError for a damaged store."""
    from arena.reports.poems.appendix import appendix
    from arena.reports.poems.figure5 import figure5
    from arena.reports.poems.runs import read_runs
    from arena.reports.poems.tables import tables
    from arena.reports.published import published
    from arena.reports.report import Report
    from arena.reports.table import flat

    found = read_runs(store, *runs, labels=settings.labels)
    judged = [panel for panel in found.panels if panel.panel.judges]
    document = found.to_json()
    return Report(
        name="poems",
        file="poems",
        tables=(*tables(found, settings.published), *(table for panel in judged for table in appendix(panel))),
        figures=(figure5(judged),) if judged else (),
        records=[*document["written"], *map(flat, document["contests"])],
        document=document,
        published=published("figure5") if settings.published and judged else None,
        nothing=found.nothing,
    )
