"""Both sides of a show: who they are, how many rounds they have won, what they played; and the verdict."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widget import Widget
from textual.widgets import Static

from arena.records import Seat
from arena.tui.widgets.large import Large

_COVERED = "?"


class Sides(Widget):
    """How large everything is, is the style sheet's business: words fill the room that they are given."""

    def __init__(self, names: Mapping[Seat, str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names = names

    def compose(self) -> ComposeResult:
        with Horizontal(id="sides"):
            for seat in Seat:
                with Container(classes=f"side {seat}"):
                    yield Static(Text(self._names[seat]), id=f"{seat}-who", classes="who")
                    yield Large(id=f"{seat}-move")
        yield Large(id="verdict")

    def show(self, moves: Mapping[Seat, str], verdict: str, winner: Seat | None = None) -> None:
        """Show both moves and the verdict, in the winner's colour."""
        for seat, move in moves.items():
            self.query_one(f"#{seat}-move", Large).say(move)
        said = self.query_one("#verdict", Large)
        said.say(verdict)
        said.set_classes(winner or "")

    def cover(self, instead: str) -> None:
        """Both moves are sealed; `instead` stands where the verdict will."""
        self.show(dict.fromkeys(Seat, _COVERED), instead)

    def count(self, scores: Mapping[Seat, tuple[str, str]]) -> None:
        """Show the running score of each side: its first part before the name, its second one below."""
        for seat, (first, second) in scores.items():
            said = Text.assemble((first, "bold"), f"   {self._names[seat]}\n{second}")
            self.query_one(f"#{seat}-who", Static).update(said)
