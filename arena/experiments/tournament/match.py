"""A match: rounds in a row between two agents. The sealed-move rule and the seats hold here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from arena.agents.agent import Agent
from arena.agents.person import Person
from arena.errors import UsageError
from arena.games import Game
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Round, Seat, View


@dataclass(frozen=True, slots=True)
class Table:
    """A game with its two seats taken. `cell` and `seed` name all draws of its matches.

    Raises UsageError if both agents want to read the other's policy, if both are people, or if a person would
    have to show one.
    """

    game: Game
    subject: Agent
    opponent: Agent
    cell: str
    seed: int

    def __post_init__(self) -> None:
        if self.subject.reads_policy and self.opponent.reads_policy:
            raise UsageError(
                f"{self.subject.name} and {self.opponent.name} both read the other's policy before they move, so "
                "neither can begin: put a model or a bot in one of the seats"
            )
        people = [agent for agent in (self.subject, self.opponent) if isinstance(agent, Person)]
        if len(people) == 2:
            raise UsageError("both seats are human, and there is one keyboard: put a model or a bot in one of them")
        for reader, other in ((self.subject, self.opponent), (self.opponent, self.subject)):
            if reader.reads_policy and other in people:
                raise UsageError(
                    f"{reader.name} reads the other's policy, and a person has none to read: "
                    "play against a model or another bot"
                )

    @property
    def subject_is_last(self) -> bool:
        """Whether the subject decides after the opponent: it reads, or is a person and may take their time."""
        if self.opponent.reads_policy:
            return False
        return self.subject.reads_policy or isinstance(self.subject, Person)


async def play_match(table: Table, match: int, rounds: int, history: Sequence[Round] = ()) -> AsyncIterator[Round]:
    """Play match number `match` up to `rounds` rounds, going on after `history`; yields each round as it ends.

    The seat that doesn't read decides first, a model before a person. The reader is shown the other's policy,
    never its move.
    """
    played = list(history)
    draws = {seat: uniforms(stream(table.seed, table.cell, match, seat), rounds) for seat in Seat}
    for number in range(len(played) + 1, rounds + 1):
        views = {
            seat: View(
                match=match,
                number=number,
                history=tuple(played),
                draw=float(draws[seat][number - 1]),
                seed=stream(table.seed, table.cell, match, seat, number),
            )
            for seat in Seat
        }
        if table.subject_is_last:
            opponent = await table.opponent.decide(views[Seat.OPPONENT])
            subject = await _second(table.subject, views[Seat.SUBJECT], opponent, table.opponent)
        else:
            subject = await table.subject.decide(views[Seat.SUBJECT])
            opponent = await _second(table.opponent, views[Seat.OPPONENT], subject, table.subject)
        played.append(Round(number, table.game.outcome(subject.move, opponent.move), subject, opponent))
        yield played[-1]


async def _second(agent: Agent, view: View, sealed: Decision, other: Agent) -> Decision:
    if not agent.reads_policy:
        return await agent.decide(view)
    if sealed.policy is None:
        raise UsageError(f"{agent.name} reads the other's policy, and {other.name} has none to read")
    return await agent.decide(_shown(view, sealed.policy))


def _shown(view: View, intel: Policy) -> View:
    return View(view.match, view.number, view.history, view.draw, view.seed, intel)
