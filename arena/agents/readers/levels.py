"""The readers of moves that can tell a person what they expected of them: levels from fair to merciless."""

from __future__ import annotations

from typing import Final, NamedTuple


class Level(NamedTuple):
    """A level's name, the reader's spec, and what it goes by."""

    name: str
    spec: str
    what: str


# weakest first, by how much they foresaw of what 409 people played in their first 50 rounds against others: 36, 44 and
# 47% (docs/people.md); how each of them fares against someone who has seen through it is not known
LEVELS: Final = (
    Level("fair", "frequency", "counts your moves"),
    Level("sharp", "iocaine", "tries many ideas about you, and may second-guess you"),
    Level("merciless", "markov:2", "remembers what followed your last two moves"),
)
# the kinds of agents that say what they expect, and why
EXPLAINING: Final = frozenset({"frequency", "markov", "wsls", "iocaine"})


def level_of(spec: str) -> Level | None:
    """The level that has this reader; None if none has."""
    return next((level for level in LEVELS if level.spec == spec), None)
