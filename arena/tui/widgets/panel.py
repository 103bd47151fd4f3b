"""The lower half of a match: the other's mind where it has one to show, what a reader expected where it reads you."""

from __future__ import annotations

from textual.widget import Widget

from arena.agents.agent import View
from arena.records import Round
from arena.session.sight import Seen, Sight


class MatchPanel(Widget):
    """What a match screen shows of a match beyond moves and score. It is told what happens, and decides nothing."""

    def begin(self, sight: Sight, rounds: int) -> None:
        """A match of `rounds` rounds begins."""
        raise NotImplementedError

    def turn(self, view: View) -> None:
        """It is the person's turn."""

    def show(self, played: Round, seen: Seen, sight: Sight) -> None:
        """A round is over."""
        raise NotImplementedError
