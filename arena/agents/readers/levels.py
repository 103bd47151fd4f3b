"""The readers of moves that can tell a person what they expected of them: levels from fair to merciless."""

from __future__ import annotations

from typing import Final, NamedTuple


class Level(NamedTuple):
    """A level's name, the reader's spec, and what it goes by."""

    name: str
    spec: str
    what: str


LEVELS: Final = (
    Level("fair", "frequency", "counts your moves"),
    Level("sharp", "markov:2", "remembers what followed your last two moves"),
    Level("merciless", "iocaine", "tries many ideas about you, and second-guesses you"),
)
# the kinds of agents that say what they expect, and why
EXPLAINING: Final = frozenset({"frequency", "markov", "wsls", "iocaine"})


def level_of(spec: str) -> Level | None:
    """The level that has this reader; None if none has."""
    return next((level for level in LEVELS if level.spec == spec), None)
