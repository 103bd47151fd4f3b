"""Figure 1 of the paper: leaderboard score against unpredictability, over the runs of several experiments at once.

lm_eval.py   scores from result files of lm-evaluation-harness, on the leaderboard's scale
scores.py    which model has which score, and where it comes from
points.py    each model's score and what was measured of it
figure1.py   the table and the figure
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
    """Figure 1 of these runs, with the scores of `settings`. Raises InputError for scores that can't be read."""
    from arena.reports.report import Report
    from arena.reports.tradeoff.figure1 import figure1, records, table1
    from arena.reports.tradeoff.points import points_of

    found = points_of(store, runs, settings)
    return Report(
        name="tradeoff",
        file="figure1",
        tables=(table1(found),),
        figures=(figure1(found),),
        records=records(found),
        document={"points": records(found)},
        nothing=found.nothing,
    )
