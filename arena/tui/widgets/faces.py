"""Both sides of a match with their moves, and between them what happened: it stays until the next move."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from arena.records import Outcome, Seat
from arena.session.sight import Sight
from arena.session.telling import happened, move_word

_ENDED = {Outcome.WIN: "you won", Outcome.TIE: "a tie", Outcome.LOSS: "you lost"}
_WATCHED = {Outcome.WIN: "wins", Outcome.TIE: "ties", Outcome.LOSS: "loses"}


class Faces(Horizontal):
    """`me` sits in `seat`; `watched`: whoever reads it sits at neither seat."""

    def __init__(self, seat: Seat, me: str, other: str, *, watched: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._seat = seat
        self._names = me.removeprefix("the "), other.removeprefix("the ")
        self._ended = _WATCHED if watched else _ENDED

    def compose(self) -> ComposeResult:
        yield Static(id="me", classes=f"seat {self._seat}")
        yield Static(id="verb")
        yield Static(id="it", classes=f"seat {self._seat.other}")

    def on_mount(self) -> None:
        self.begin()

    def begin(self) -> None:
        """No round has been played."""
        self._put("", "", Text())

    def show(self, sight: Sight) -> None:
        """Show the last round."""
        game, seen = sight.game, sight.rounds[-1]
        words = move_word(game, sight.seat, seen.mine.move), move_word(game, sight.seat.other, seen.theirs.move)
        self._put(*words, Text.assemble(f"{happened(game, sight.seat, seen)}\n", (self._ended[seen.outcome], "bold")))

    def _put(self, mine: str, theirs: str, between: Text) -> None:
        for id_, name, move in zip(("me", "it"), self._names, (mine, theirs), strict=True):
            text = Text(f"{name}\n", no_wrap=True, overflow="ellipsis")
            text.append(move.upper() or " ", style="bold")
            self.query_one(f"#{id_}", Static).update(text)
        self.query_one("#verb", Static).update(between)
