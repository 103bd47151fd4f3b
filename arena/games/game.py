"""What a game is: two seats' moves and a payoff matrix. Everything else follows from the matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from arena.records import Outcome, Policy, Seat


@dataclass(frozen=True, slots=True)
class Told:
    """A game in words to a person: what wins in the `subject`'s seat and in the `opponent`'s, where the other player is
    "it", and what happened in a round that the subject won (`win`) or lost (`loss`). The last two
    say it with the moves, in the places of {move} and {reply}, where these belong to it: "found in the {reply}"."""

    subject: str
    opponent: str
    win: str
    loss: str
    win_in_full: str = ""
    loss_in_full: str = ""


@dataclass(frozen=True, eq=False)
class Game:
    """The rules of one simultaneous two-player stage game.

    `payoff` has shape (moves, replies): +1 win, 0 tie, -1 loss, for the subject. A person types `name` and
    reads `title`. Where one move beats another, as in rock-paper-scissors, nothing needs to be `told`.
    """

    name: str
    title: str
    moves: tuple[str, ...]
    replies: tuple[str, ...]
    payoff: NDArray[np.int8] = field(repr=False)
    told: Told | None = field(default=None, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        payoff = np.array(self.payoff, dtype=np.int8)
        if payoff.shape != (len(self.moves), len(self.replies)):
            raise ValueError(
                f"game {self.name!r}: payoff has shape {payoff.shape}, "
                f"but there are {len(self.moves)} moves and {len(self.replies)} replies"
            )
        if not np.isin(payoff, (-1, 0, 1)).all():
            raise ValueError(f"game {self.name!r}: a payoff is +1 (win), 0 (tie) or -1 (loss)")
        for names in (self.moves, self.replies):
            if len({name.lower() for name in names}) != len(names):
                raise ValueError(f"game {self.name!r}: two moves have the same name")
        payoff.setflags(write=False)
        object.__setattr__(self, "payoff", payoff)

    def moves_of(self, seat: Seat) -> tuple[str, ...]:
        """The moves that a seat chooses from."""
        return self.moves if seat is Seat.SUBJECT else self.replies

    def outcome(self, move: int | None, reply: int | None) -> Outcome:
        """The result for the subject. A seat without a move loses; if neither has one it is a tie."""
        if move is None or reply is None:
            return Outcome((reply is None) - (move is None))
        return self._outcomes[move][reply]

    @cached_property
    def _outcomes(self) -> list[list[Outcome]]:
        return [[Outcome(payoff) for payoff in row] for row in self.payoff.tolist()]

    def best_reply(self, policy: Policy) -> int:
        """The reply that maximises the probability of winning this round; ties go to the first.

        This is what the greedy adversary of section 3.2.1 plays.
        """
        return _likeliest(self, Outcome.LOSS, policy.probabilities)

    def best_move(self, policy: Policy) -> int:
        """The same for the subject's seat, given the opponent's policy over replies."""
        return _likeliest(self, Outcome.WIN, policy.probabilities)


@lru_cache(maxsize=4096)  # a bot has few policies, and models often ask for the same one
def _likeliest(game: Game, outcome: Outcome, probabilities: tuple[float, ...]) -> int:
    """The choice that is most likely to give this outcome, if the other seat's has these probabilities."""
    hits = game.payoff == outcome if outcome is Outcome.WIN else (game.payoff == outcome).T
    return int(np.argmax(hits.astype(np.float64) @ np.asarray(probabilities)))
