"""The levels at which a person can be read, from fair to merciless."""

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


def level_of(spec: str) -> Level | None:
    """The level that has this reader; None if none has."""
    return next((level for level in LEVELS if level.spec == spec), None)
