"""The paper's numbers and claims beside ours: published value, ours, interval, verdict.

verdict.py    the verdict on a number, and how many differ by chance alone
players.py    which of our players is one of the paper's models, or of the same kind
measured.py   our measurements of tasks, with the standard error that a published number then has
compared.py   one published number beside ours
games.py      the numbers of table 2
numbers.py    the numbers of tables 1 and 3 to 7
poems.py      the numbers of figure 5 and section 4
not_run.py    published numbers of which nothing is here
tables.py     the tables, and the sentences below them
claims/       claims about figures whose numbers the paper doesn't print
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.reports.options import DEFAULTS, ReportSettings

if TYPE_CHECKING:
    from arena.reports.report import Report
    from arena.store.rows import RunRow
    from arena.store.store import Store


def report(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS, suite: str = "") -> Report:
    """The verdicts on the paper's numbers and claims, by what these runs measured.

    Raises InputError if none of their games, or of their tasks, is installed.
    """
    from arena.reports.numbers.runs import read_runs as read_tasks
    from arena.reports.reproduce import games, numbers, poems
    from arena.reports.reproduce.claims.evidence import Evidence
    from arena.reports.reproduce.claims.testing import tested
    from arena.reports.reproduce.not_run import not_run
    from arena.reports.reproduce.tables import Findings, reported
    from arena.reports.tournament.runs import read_runs as read_games

    played = [run for run in runs if run.spec.experiment == "tournament"]
    asked = [run for run in runs if run.spec.experiment == "numbers"]
    of_games = read_games(store, *played) if played else None
    of_tasks = read_tasks(store, *asked) if asked else None
    judged = poems.Judged(store, runs)
    measured = (*(games.players(of_games) if of_games else ()), *(numbers.players(of_tasks) if of_tasks else ()))
    players = list(dict.fromkeys((*measured, *judged.players)))
    found = [*(games.numbers(of_games, players) if of_games else ())]
    found += numbers.numbers(of_tasks, players) if of_tasks else ()
    found += poems.numbers(judged, players)
    evidence = Evidence(of_games, of_tasks, players, judged.panels)
    return reported(Findings(suite, tuple(runs), players, found, not_run(found), tested(evidence)), settings)
