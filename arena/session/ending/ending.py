"""A match's result, how foreseeable both sides were, the habit that gave the person away, and perfect play's score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arena.games import Game, equilibrium
from arena.records import Outcome, Seat
from arena.session.ending.standing import Standing
from arena.session.sight import Sight
from arena.stats.habits import Habit, clearest_habit


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a match: its name, in what share of its moves order-2 Markov foresaw it (None if it moved too
    seldom), what chance would give, and its mean determinism, None for one without a policy."""

    name: str
    foreseen: float | None
    chance: float
    determinism: float | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """What there is to say at the end of a match of a person in `seat`. Nets are in points, for the person.

    `caught` is in how many rounds a reader expected what the person did, and in how many it expected anything.
    `perfect` is what perfect play is sure of. `single` is the one move that would have scored most against the moves
    that the other made, with that net; None if the other would have changed its moves. `people` says where the person
    stands among recorded people; "" if the store has none.
    """

    game: Game
    seat: Seat
    me: Side
    other: Side
    outcomes: tuple[Outcome, ...]
    caught: tuple[int, int]
    habit: Habit | None
    perfect: float
    single: tuple[int, float] | None
    standing: Standing | None = None
    people: str = ""

    @property
    def score(self) -> tuple[int, int, int]:
        """Rounds won, tied and lost."""
        return tuple(self.outcomes.count(outcome) for outcome in (Outcome.WIN, Outcome.TIE, Outcome.LOSS))  # type: ignore[return-value]

    @property
    def net(self) -> float:
        """Win rate minus loss rate, in points."""
        return 100 * sum(self.outcomes) / max(1, len(self.outcomes))

    @property
    def well_read(self) -> bool:
        """Whether the reader was right more often than luck alone would have it: the binomial tail is below 0.05."""
        from scipy.stats import binom

        right, of = self.caught
        return bool(binom.sf(right - 1, of, self.me.chance) < 0.05)


def ending(sight: Sight, other: str, standing: Standing | None = None, people: str = "") -> Ending:
    """The ending of a match that is over. `other` is the other side's name; `standing` and `people` say where the match
    stands. Loads scipy, which takes a moment."""
    game, seat, rounds = sight.game, sight.seat, sight.rounds
    value = equilibrium(game).net
    outcomes = tuple(seen.outcome for seen in rounds)
    return Ending(
        game=game,
        seat=seat,
        me=_side(sight, seat, "you"),
        other=_side(sight, seat.other, other),
        outcomes=outcomes,
        caught=sight.caught,
        habit=clearest_habit(
            len(game.moves_of(seat)),
            [seen.mine.move for seen in rounds],
            [seen.theirs.move for seen in rounds],
            outcomes,
        ),
        perfect=value if seat is Seat.SUBJECT else -value,
        single=None if sight.is_read else _single(sight),
        standing=standing,
        people=people,
    )


def _side(sight: Sight, seat: Seat, name: str) -> Side:
    shown = [] if seat is sight.seat or sight.is_read else sight.policies()  # a reader's policy is no mixed strategy
    sure = [policy.determinism for policy in shown]
    determinism = sum(sure) / len(sure) if sure else None
    return Side(name, sight.predictor(seat).rate, 1 / len(sight.game.moves_of(seat)), determinism)


def _single(sight: Sight) -> tuple[int, float] | None:
    """The move that would have scored most, if it had always been played."""
    theirs = [seen.theirs.move for seen in sight.rounds if seen.theirs.move is not None]
    if not theirs:
        return None
    payoff = sight.game.payoff if sight.seat is Seat.SUBJECT else -sight.game.payoff.T
    nets = 100 * payoff[:, theirs].mean(axis=1)
    best = int(np.argmax(nets))
    return best, float(nets[best])
