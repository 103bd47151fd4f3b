"""`wsls`: expects win-stay, lose-shift, the habit best known of people (Wang, Xu & Zhou 2014): to stay with a move that
won, and otherwise to go to one that would have won."""

from __future__ import annotations

from functools import partial

from arena.agents.agent import AgentSpec, Past
from arena.agents.readers.foreseeing import MovesReader
from arena.agents.readers.reading import Stayed
from arena.games import Game
from arena.records import Outcome, Policy, Seat


class WinStay:
    """Expects it of the other. `wins[reader's move]` are the other's moves that beat it; of several, each is equally
    likely. After a round without both moves, nothing is expected."""

    def __init__(self, moves: int, wins: tuple[tuple[int, ...], ...]) -> None:
        self._moves = moves
        self._wins = wins
        self._expected: Policy | None = None
        self._last: Past | None = None

    def foresee(self) -> Policy | None:
        return self._expected

    def why(self, expected: int) -> Stayed | None:
        """What the other played last, and whether it won."""
        if self._last is None or self._last.theirs is None:
            return None
        return Stayed(self._last.theirs, self._last.outcome is Outcome.LOSS)

    def learn(self, past: Past) -> None:
        self._last = past
        if past.mine is None or past.theirs is None:
            self._expected = None
            return
        likely = (past.theirs,) if past.outcome is Outcome.LOSS else self._wins[past.mine]
        share = 1.0 / len(likely) if likely else 0.0
        self._expected = Policy(tuple(share * (move in likely) for move in range(self._moves))) if likely else None


def win_stay(spec: AgentSpec, game: Game, seat: Seat) -> MovesReader:
    """`wsls`."""
    beats = game.payoff == -1 if seat is Seat.SUBJECT else (game.payoff == 1).T  # [reader's move, the other's]
    wins = tuple(tuple(int(move) for move in row.nonzero()[0]) for row in beats)
    return MovesReader(spec.text, game, seat, partial(WinStay, wins=wins))
