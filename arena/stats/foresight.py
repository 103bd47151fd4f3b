"""How well a simple predictor foresees a player: a Markov model of their own moves, learnt as they play."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

ORDER = 2  # of the app's foresight


class Followed(NamedTuple):
    """A move that followed the player's moves `after` in `times` of the `of` rounds in which anything followed them.
    After () is any round."""

    after: tuple[int, ...]
    times: int
    of: int


class MarkovPredictor:
    """Foresees the next of `moves` possible moves: the one that followed the player's last `order` moves most often.

    If these never occurred together before, it looks at fewer of them, in the end at all moves alike. A tie between
    moves goes to the one played more often overall, then to the first in the game's order.
    """

    def __init__(self, moves: int, order: int = ORDER) -> None:
        self._moves = moves
        self._order = order
        self._after: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        self._last: tuple[int, ...] = ()
        self._seen = 0
        self._right = 0

    @property
    def foreseen(self) -> int | None:
        """The move that is expected next; None before the first."""
        known = self._known
        if known is None:
            return None
        counts, overall = self._after[known], self._after[()]
        return max(range(self._moves), key=lambda move: (counts[move], overall[move], -move))

    def followed(self, move: int) -> Followed | None:
        """How often `move` came next where the player is now; None before the first."""
        known = self._known
        if known is None:
            return None
        return Followed(known, self._after[known][move], self._after[known].total())

    @property
    def _known(self) -> tuple[int, ...] | None:
        """The last moves, as many of them as occurred together before; None before the first."""
        tails = (self._last[start:] for start in range(len(self._last) + 1))
        return next((tail for tail in tails if self._after.get(tail)), None)

    @property
    def rate(self) -> float | None:
        """The share of moves foreseen so far, among those where a move was expected; None if there were none."""
        return self._right / self._seen if self._seen else None

    def update(self, move: int) -> None:
        """Learn that `move` (0 to moves - 1) was played."""
        expected = self.foreseen
        if expected is not None:
            self._seen += 1
            self._right += expected == move
        for order in range(len(self._last) + 1):
            self._after[self._last[len(self._last) - order :]][move] += 1
        self._last = (*self._last, move)[-self._order :] if self._order else ()
