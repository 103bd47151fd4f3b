"""The contract of an agent: a name, whether it reads the other's policy, and one method."""

from __future__ import annotations

from typing import Protocol

from arena.records import Decision, View


class Agent(Protocol):
    """Whoever chooses moves in one seat of one game. It holds nothing of a match: the view is all it knows."""

    @property
    def name(self) -> str:
        """The agent's spec, as it stands in results."""
        ...

    @property
    def reads_policy(self) -> bool:
        """True if it must be shown the other seat's policy before it decides."""
        ...

    async def decide(self, view: View) -> Decision:
        """Choose a move for the round that the view describes."""
        ...
