"""A person in a seat: the agent waits until their choice arrives from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from arena.agents.agent import Agent, AgentSpec, Sees, View
from arena.games import Game
from arena.records import Decision, Seat


class Person:
    """When it is the person's turn, `on_turn` is called with what they may know; then `choose` plays a move."""

    name = "human"

    def __init__(self) -> None:
        self.on_turn: Callable[[View], None] = lambda view: None
        self._choice: asyncio.Future[int] | None = None

    def choose(self, move: int) -> bool:
        """Play a move, by its index in the game's order; False if it isn't the person's turn."""
        if self._choice is None or self._choice.done():
            return False
        self._choice.set_result(move)
        return True

    async def decide(self, view: View) -> Decision:
        """Wait for the person."""
        self._choice = asyncio.get_running_loop().create_future()
        self.on_turn(view)
        return Decision(None, await self._choice)


class Human(Person):
    """`human`, who sees moves."""

    sees: Final = Sees.MOVES


class MindReader(Person):
    """`human:mind-reader`, who is shown the other seat's policy (a PolicyView) before they choose."""

    sees: Final = Sees.POLICY


def human(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    """`human`, or `human:mind-reader`."""
    return MindReader() if spec.argument else Human()
