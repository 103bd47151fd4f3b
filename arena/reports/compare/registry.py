"""The kinds of runs that can be compared, by the experiment's name.

A package adds one through the entry point group `arena.comparisons`: a `Kind`, under the name of its experiment.
"""

from __future__ import annotations

from typing import Final

from arena.plugins import Registry
from arena.reports.compare.kind import Kind
from arena.reports.numbers.comparing import TASKS
from arena.reports.tournament.comparing import GAMES

COMPARISONS: Final = Registry[Kind]("arena.comparisons", "comparison", {"tournament": GAMES, "numbers": TASKS})
