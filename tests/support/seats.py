"""Matches of rock-paper-scissors between agents made for tests, and a record of what each seat is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import product
from typing import Any, Final

from arena.agents.agent import Agent, Past, PoliciesView, Position, Sees, View, seen_by
from arena.agents.asking import Asking
from arena.agents.bots import draw_move
from arena.agents.language_model import LanguageModelAgent
from arena.agents.spec import make_bot, parse_agent
from arena.experiments.tournament.match import Pairing, play_match
from arena.games import parse_game
from arena.prompts.wording import find_wording
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Round, Seat
from tests.support.table_model import TableModel

RPS = parse_game("rps")


def is_forfeit(played: Round) -> bool:
    """Whether one of the seats gave no move."""
    return played.subject.move is None or played.opponent.move is None


class Spy:
    """Plays like another agent, and keeps the views that it was given and its decisions."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self.name = f"a spy as {agent.name}"
        self.sees = agent.sees
        self.views: list[View] = []
        self.decisions: list[Decision] = []

    async def decide(self, view: View) -> Decision:
        self.views.append(view)
        self.decisions.append(await self._agent.decide(view))
        return self.decisions[-1]


class Person:
    """An agent that has no policy to show."""

    name = "human"
    sees: Final = Sees.MOVES

    async def decide(self, view: View) -> Decision:
        return Decision(None, 0)


class Wavering:
    """A bot whose policy depends on everything that it may know of the past, and on the match."""

    name = "wavering"
    sees: Final = Sees.MOVES

    async def policy(self, position: Position) -> Policy:
        name = stream(position.match, position.number, *(str(part) for past in position.history for part in past))
        weights = uniforms(name, 3)
        return Policy(tuple((weights / weights.sum()).tolist()))

    async def decide(self, view: View) -> Decision:
        policy = await self.policy(view)
        return Decision(policy, draw_move(policy, view.draw))


class Asker:
    """An agent that asks for the other's policy before each past round, now, and one round ahead."""

    name = "asker"
    sees: Final = Sees.POLICIES

    def __init__(self, seat: Seat = Seat.OPPONENT) -> None:
        self._seat = seat
        self.views: list[PoliciesView] = []
        self.told: list[list[Policy]] = []
        self.ahead: list[dict[Past, Policy]] = []

    async def decide(self, view: PoliciesView) -> Decision:
        self.views.append(view)
        self.told.append([await view.ask(view.history[:size]) for size in range(view.number)])
        pairs = product(range(3), repeat=2)
        coming = [seen_by(self._seat, move, reply, RPS.outcome(move, reply)) for move, reply in pairs]
        self.ahead.append({past: await view.ask((*view.history, past)) for past in coming})
        return Decision(Policy.certain(view.number % 3, 3), view.number % 3)


def bot(spec: str, seat: Seat) -> Agent:
    return make_bot(parse_agent(spec), RPS, seat)


def pairing(subject: str | Agent, opponent: str | Agent, seed: int = 0, cell: str = "cell") -> Pairing:
    return Pairing(
        RPS,
        bot(subject, Seat.SUBJECT) if isinstance(subject, str) else subject,
        bot(opponent, Seat.OPPONENT) if isinstance(opponent, str) else opponent,
        cell,
        seed,
    )


def play(seats: Pairing, match: int = 0, rounds: int = 10, history: Sequence[Round] = ()) -> list[Round]:
    async def whole() -> list[Round]:
        return [played async for played in play_match(seats, match, rounds, history)]

    return asyncio.run(whole())


def model_agent(model: TableModel, seat: Seat = Seat.SUBJECT, attempts: int = 20) -> LanguageModelAgent:
    asking = Asking(find_wording("rps", "base", seat), "none", attempts=attempts)
    return asyncio.run(LanguageModelAgent.make("llm:table", model, RPS, seat, asking))


def seated(reader: Seat, reading: Any, other: Any) -> Pairing:
    return pairing(reading, other) if reader is Seat.SUBJECT else pairing(other, reading)


def pasts(seat: Seat, rounds: Sequence[Round]) -> tuple[Past, ...]:
    return tuple(seen_by(seat, one.subject.move, one.opponent.move, one.outcome) for one in rounds)
