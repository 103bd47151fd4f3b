"""A match: rounds in a row between two agents. This is where each agent gets the view that it declares, where the order
of the seats makes that possible, and where the sealed-move rule is kept."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.agents.agent import Agent, HasPolicy, Past, PoliciesView, PolicyView, Position, Sees, View, seen_by
from arena.agents.person import Person
from arena.errors import UsageError
from arena.games import Game
from arena.randomness import many_uniforms, stream, within
from arena.records import Decision, Policy, Round, Seat

_AT_ONCE: Final = 4096  # draws that are made together, for one match or for several short ones


@dataclass(frozen=True, slots=True)
class Pairing:
    """A game with both seats taken. `cell` and `seed` name all draws of its matches.

    Raises UsageError if both agents want to read the other's policy, if both are people, or if one would have to show
    a policy that it doesn't have.
    """

    game: Game
    subject: Agent
    opponent: Agent
    cell: str
    seed: int

    def __post_init__(self) -> None:
        if _reads(self.subject) and _reads(self.opponent):
            raise UsageError(
                f"{self.subject.name} and {self.opponent.name} both read the other's policy before they move, so "
                "neither can begin: put a model or a bot in one of the seats"
            )
        if isinstance(self.subject, Person) and isinstance(self.opponent, Person):
            raise UsageError("both seats are human, and there is one keyboard: put a model or a bot in one of them")
        for reader, other in ((self.subject, self.opponent), (self.opponent, self.subject)):
            if _reads(reader) and isinstance(other, Person):
                raise UsageError(
                    f"{reader.name} reads the other's policy, and a person has none to read: "
                    "play against a model or another bot"
                )
            if reader.sees is Sees.POLICIES and not isinstance(other, HasPolicy):
                raise UsageError(
                    f"{reader.name} asks for the other's policy after other histories, which {other.name} can't give: "
                    "play against a model or another bot"
                )

    @property
    def subject_is_last(self) -> bool:
        """Whether the subject decides after the opponent: it reads, or is a person and may take their time."""
        if _reads(self.opponent):
            return False
        return _reads(self.subject) or isinstance(self.subject, Person)

    def agent(self, seat: Seat) -> Agent:
        """Who is in a seat."""
        return self.subject if seat is Seat.SUBJECT else self.opponent


async def play_match(pairing: Pairing, match: int, rounds: int, history: Sequence[Round] = ()) -> AsyncIterator[Round]:
    """Play match number `match` up to `rounds` rounds, continuing after `history`; yields each round as it ends.

    The seat that reads less decides first, a model before a person. A reader is shown the other's policy, never its
    move.
    """
    subject, opponent = sides = [_Side(pairing, seat, match, rounds) for seat in Seat]
    for past in history:
        for side in sides:
            side.saw(past)
    first, last = (opponent, subject) if pairing.subject_is_last else (subject, opponent)
    for number in range(len(history) + 1, rounds + 1):
        sealed = await first.decide(number, None)
        decision = await last.decide(number, sealed.policy)
        move, reply = (decision, sealed) if last is subject else (sealed, decision)
        played = Round(number, pairing.game.outcome(move.move, reply.move), move, reply)
        for side in sides:
            side.saw(played)
        yield played


def _reads(agent: Agent) -> bool:
    return agent.sees is not Sees.MOVES


class _Side:
    """A seat of a match: its draws, and what its agent has seen."""

    def __init__(self, pairing: Pairing, seat: Seat, match: int, rounds: int) -> None:
        self._agent = pairing.agent(seat)
        self._other = pairing.agent(seat.other)
        self._seat = seat
        self._match = match
        self._rounds = rounds
        self._name = stream(pairing.seed, pairing.cell, match, seat)
        self._draws = _draws(pairing.seed, pairing.cell, seat, match, rounds)
        self._history: list[Past] = []
        self._policies: list[Policy] = []  # the other's, for an agent that sees policies

    def saw(self, played: Round) -> None:
        """Take note of a round that is over."""
        subject, opponent = played.subject, played.opponent
        self._history.append(seen_by(self._seat, subject.move, opponent.move, played.outcome))
        if self._agent.sees is Sees.POLICIES:
            self._policies.append(self._readable((opponent if self._seat is Seat.SUBJECT else subject).policy))

    async def decide(self, number: int, shown: Policy | None) -> Decision:
        """The agent's decision, given the view that it declares; `shown` is the other's policy if that has decided."""
        agent, name = self._agent, within(self._name, number)
        plain = (self._match, number, tuple(self._history), self._draws[number - 1], name, self._rounds)
        if agent.sees is Sees.MOVES:
            return await agent.decide(View(*plain))
        policy = self._readable(shown)
        if agent.sees is Sees.POLICY:
            return await agent.decide(PolicyView(*plain, policy=policy))
        assert isinstance(self._other, HasPolicy), "checked by Pairing"
        ask = partial(_asked, self._other, self._match)
        past = tuple(self._policies)
        return await agent.decide(PoliciesView(*plain, policy=policy, policies=past, _ask=ask))

    def _readable(self, policy: Policy | None) -> Policy:
        if policy is None:
            raise UsageError(f"{self._agent.name} reads the other's policy, and {self._other.name} has none to read")
        return policy


def _draws(seed: int, cell: str, seat: Seat, match: int, rounds: int) -> array[float]:
    """A seat's draws for a match, one a round; 8 bytes each, because all matches of a cell are played at once."""
    together = max(1, _AT_ONCE // rounds)
    of_matches = _draws_of(seed, cell, seat, match - match % together, together, rounds)
    return array("d", of_matches[match % together].tobytes())


@lru_cache(maxsize=8)  # both seats' of the matches that begin now
def _draws_of(seed: int, cell: str, seat: Seat, first: int, matches: int, rounds: int) -> NDArray[np.float64]:
    """Those of so many matches, shape (matches, rounds), because a generator for each takes as long as several
    rounds."""
    return many_uniforms([stream(seed, cell, match, seat) for match in range(first, first + matches)], rounds)


async def _asked(agent: HasPolicy, match: int, history: Sequence[Past]) -> Policy:
    """The policy that an agent has after a history as the other seat sees it."""
    return await agent.policy(Position(match, len(history) + 1, tuple(past.turned for past in history)))
