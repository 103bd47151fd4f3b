"""The rounds so far, the latest first, as many as fit."""

from __future__ import annotations

from collections import deque

from rich.text import Text
from textual.widgets import Static

from arena.games import Game
from arena.records import Outcome, Round, Seat

WORDS = {Outcome.WIN: "won", Outcome.TIE: "tied", Outcome.LOSS: "lost"}
_KEPT = 200


def outcome_for(played: Round, seat: Seat) -> Outcome:
    """A round's outcome as a seat sees it."""
    return played.outcome if seat is Seat.SUBJECT else played.outcome.turned


def move_names(game: Game, played: Round, first: Seat = Seat.SUBJECT) -> tuple[str, str]:
    """Both seats' moves in words, that of `first` before the other's."""
    move, reply = played.subject.move, played.opponent.move
    subject = "no answer" if move is None else game.moves[move]
    opponent = "no answer" if reply is None else game.replies[reply]
    return (subject, opponent) if first is Seat.SUBJECT else (opponent, subject)


class RoundTable(Static):
    """Rounds as `seat` sees them, its own move first."""

    def __init__(self, game: Game, seat: Seat, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._game = game
        self._seat = seat
        self._width = max(map(len, (*game.moves, *game.replies, "no answer")))
        self._rounds: deque[Round] = deque(maxlen=_KEPT)

    def begin(self) -> None:
        """Clear the table."""
        self._rounds.clear()
        self.refresh()

    def add(self, played: Round) -> None:
        """Add a round that was played."""
        self._rounds.append(played)
        self.refresh()

    def render(self) -> Text:
        """One line per round."""
        text = Text(no_wrap=True, overflow="ellipsis")
        for played in list(reversed(self._rounds))[: max(1, self.size.height)]:
            mine, theirs = move_names(self._game, played, self._seat)
            policy = played.subject.policy
            sure = "   " if policy is None else f"{policy.determinism:.2f}"
            ended = WORDS[outcome_for(played, self._seat)]
            text.append(f"{played.number:>4}  {mine:<{self._width}} {theirs:<{self._width}} {ended:<4} {sure}\n")
        if not self._rounds:
            text.append("   none yet", style="dim")
        return text
