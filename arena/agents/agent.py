"""The contract of an agent: the type that its one method takes decides what it may see.

    sees       decide takes   which contains
    moves      View           past moves and outcomes, and this seat's draws
    policy     PolicyView     the other's policy of this round, too
    policies   PoliciesView   the other's policies of past rounds, too, and through `ask` its policy after any history

No view has a field for the other's move of this round: these types enforce the sealed-move rule.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol, TypeAlias, TypeVar, runtime_checkable

import msgspec

from arena.games import Game
from arena.records import Decision, Outcome, Policy, Seat


class Sees(StrEnum):
    """What an agent may see; each value includes those before it."""

    MOVES = "moves"
    POLICY = "policy"
    POLICIES = "policies"


class Past(NamedTuple):
    """A past round as one seat saw it: its own move, the other's, and the outcome for this seat. A move is None if its
    seat forfeited."""

    mine: int | None
    theirs: int | None
    outcome: Outcome

    @property
    def turned(self) -> Past:
        """The same round as the other seat saw it."""
        return Past(self.theirs, self.mine, self.outcome.turned)


class Position(msgspec.Struct, frozen=True):
    """The position in which a round is decided: the match's number from 0, the round's from 1, and the past rounds."""

    match: int
    number: int
    history: tuple[Past, ...] = ()


class View(Position, frozen=True):
    """All that an agent may know when it decides a round.

    `draw` is this seat's uniform number for the round, in [0, 1); `seed` names the stream of random draws
    that belongs to this seat and round, for agents that need more than one. `rounds` is how many the match has, 0 where
    that isn't known.
    """

    draw: float = 0.0
    seed: str = ""
    rounds: int = 0


class PolicyView(View, frozen=True, kw_only=True):
    """For a reader: `policy` is the other seat's policy of this round."""

    policy: Policy


class PoliciesView(PolicyView, frozen=True, kw_only=True):
    """For a reader that looks further: `policies` are the other seat's of the past rounds, in order."""

    policies: tuple[Policy, ...]
    _ask: Callable[[Sequence[Past]], Awaitable[Policy]]

    def __eq__(self, other: object) -> bool:
        """Whether both show the same; whom they would ask is left out."""
        if not isinstance(other, PoliciesView):
            return NotImplemented
        shown = [name for name in self.__struct_fields__ if name != "_ask"]
        return all(getattr(self, name) == getattr(other, name) for name in shown)

    async def ask(self, history: Sequence[Past]) -> Policy:
        """The policy that the other seat would have after this history, which is given as the reader saw it.

        Nothing is drawn and nothing is stored. Raises ModelError if a model fails.
        """
        return await self._ask(history)


_Shown = TypeVar("_Shown", bound=View, contravariant=True)


class _Agent(Protocol[_Shown]):
    """Whoever chooses moves in one seat of one game. It keeps nothing about a match: the view is all it knows."""

    @property
    def name(self) -> str:
        """The agent's spec, as results show it."""
        ...

    async def decide(self, view: _Shown) -> Decision:
        """Choose a move for the round that the view describes."""
        ...


class MovesAgent(_Agent[View], Protocol):
    """An agent that sees moves."""

    @property
    def sees(self) -> Literal[Sees.MOVES]: ...


class PolicyAgent(_Agent[PolicyView], Protocol):
    """An agent that sees the other's policy."""

    @property
    def sees(self) -> Literal[Sees.POLICY]: ...


class PoliciesAgent(_Agent[PoliciesView], Protocol):
    """An agent that sees the other's policy after any history."""

    @property
    def sees(self) -> Literal[Sees.POLICIES]: ...


Agent: TypeAlias = MovesAgent | PolicyAgent | PoliciesAgent


@runtime_checkable
class HasPolicy(Protocol):
    """An agent that can be asked for its policy at any position, from which `decide` draws."""

    async def policy(self, position: Position) -> Policy:
        """Draws nothing. Raises ModelError if a model fails."""
        ...


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent as typed. `argument` is the text after the colon, "" if there is none."""

    text: str
    kind: str
    argument: str

    @property
    def is_model(self) -> bool:
        """True for `llm:NAME`."""
        return self.kind == "llm"

    @property
    def asks_model(self) -> bool:
        """True for `llm:NAME` and `mirror:NAME`, whose `argument` is a model that has to be loaded and asked."""
        return self.kind in ("llm", "mirror")

    @property
    def is_person(self) -> bool:
        """True for `human` and `human:mind-reader`."""
        return self.kind == "human"


Factory: TypeAlias = Callable[[AgentSpec, Game, Seat], Agent]
"""Seats an agent in a game. Raises UsageError if the spec's argument doesn't fit the game."""


@lru_cache(maxsize=4096)  # there are few, and two are needed for every round
def seen_by(seat: Seat, move: int | None, reply: int | None, outcome: Outcome) -> Past:
    """A round as a seat saw it: from the subject's move, the opponent's reply and the outcome for the subject."""
    return Past(move, reply, outcome) if seat is Seat.SUBJECT else Past(reply, move, outcome.turned)
