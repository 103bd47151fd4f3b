"""What a reader of moves expects in a round, and why: facts about the rounds so far, which others put into words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from arena.agents.agent import Position
from arena.stats.foresight import Followed


class Whose(StrEnum):
    """Whose moves a stretch of rounds is compared by."""

    THEIRS = "the other's"
    MINE = "the reader's"
    BOTH = "both"


class Repeated(NamedTuple):
    """The last `rounds` rounds repeat an earlier stretch, after which the other played the expected move."""

    whose: Whose
    rounds: int


class Stayed(NamedTuple):
    """The habit of staying with a `move` that won, and of leaving one that didn't for one that would have."""

    move: int
    won: bool


class Outguessed(NamedTuple):
    """The other is thought to expect `mine` of the reader, and to reply to that."""

    mine: int


Reason: TypeAlias = Followed | Repeated | Stayed | Outguessed


@dataclass(frozen=True, slots=True)
class Reading:
    """The move `expected` of the other in a round. The `reason` is None if the reader gives none."""

    expected: int
    reason: Reason | None


@runtime_checkable
class Explains(Protocol):
    """A reader of moves that says what it goes by. Its decision at the same position replies to what it expects."""

    def reading(self, position: Position) -> Reading | None:
        """What it expects at a position; None while it has nothing to go by and draws any move."""
        ...
