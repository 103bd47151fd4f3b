"""What is certain of a policy where a server shows only its likeliest tokens: bounds, and what follows from them.

Of move i the probability s_i of its counted tokens is shown. Its tokens that aren't shown add x_i, of which two things
are known: x_i is at most c_i, their number times the most that a hidden token can have, and all x together are at most
the hidden mass R. The policy is (s_i + x_i) / (sum of s + sum of x). Every bound here is an extreme of such a fraction
over those x, or lies beyond it, so the truth is never outside. Nothing is assumed about how hidden mass is spread.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arena.agents.moves import MoveTokens
from arena.backends.base import Hidden
from arena.games import Game
from arena.records import Seat

Interval = tuple[float, float]
"""The least and the most that a number can be."""


@dataclass(frozen=True)
class PolicyBounds:
    """What a policy over n moves can be: `shown`, `most` (of what isn't shown) and `hidden` are s, c and R above, the
    first two of shape (n,)."""

    shown: tuple[float, ...]
    most: tuple[float, ...]
    hidden: float

    @classmethod
    def of(cls, tokens: MoveTokens, logprobs: Mapping[int, float], hidden: Hidden) -> PolicyBounds:
        """The bounds from the log-probabilities of all counted tokens, minus infinity for those that aren't shown."""
        shown, most = [], []
        for counted in tokens.counted:
            known = [logprobs[token] for token in counted]
            shown.append(math.fsum(map(math.exp, known)))
            most.append(min(hidden.mass, hidden.most * known.count(-math.inf)))
        return cls(tuple(shown), tuple(most), hidden.mass)

    @property
    def moves(self) -> tuple[Interval, ...]:
        """Of the probability of each move."""
        total = math.fsum(self.shown)
        return tuple(
            (_ratio(own, total + self._others(move)), _ratio(own + most, total + most, empty=1.0))
            for move, (own, most) in enumerate(zip(self.shown, self.most, strict=True))
        )

    @property
    def mass(self) -> Interval:
        """Of the probability of all moves before renormalising."""
        total = math.fsum(self.shown)
        return min(1.0, total), min(1.0, total + min(self.hidden, math.fsum(self.most)))

    @property
    def determinism(self) -> Interval:
        """Of the largest probability of a move."""
        low, high = zip(*self.moves, strict=True)
        return max(*low, 1.0 / len(low)), max(high)

    def _others(self, move: int) -> float:
        """The most that can be hidden on all other moves together."""
        return min(self.hidden, math.fsum(most for other, most in enumerate(self.most) if other != move))

    def extreme(self, values: Sequence[float]) -> float:
        """The most that the mean of some values, one for each move, can be under the policy."""
        total = math.fsum(self.shown)
        summed = math.fsum(own * value for own, value in zip(self.shown, values, strict=True))
        if total == 0.0:
            return max(values)
        left = self.hidden
        for move in sorted(range(len(values)), key=lambda move: -values[move]):
            if values[move] * total <= summed:  # it would lower the mean
                break
            added = min(left, self.most[move])
            total, summed, left = total + added, summed + added * values[move], left - added
        return summed / total


@dataclass(frozen=True)
class RoundBounds:
    """What a round against the greedy reader can be, where the policy of the one in `seat` is known within bounds."""

    game: Game
    seat: Seat
    policy: PolicyBounds

    @cached_property
    def replies(self) -> tuple[int, ...]:
        """The moves that the greedy reader may play: one, if the bounds say which wins most often."""
        wins = -self._payoff == 1
        return tuple(
            reply
            for reply in range(wins.shape[1])
            if all(
                self.policy.extreme((wins[:, reply].astype(float) - wins[:, other]).tolist()) >= 0.0
                for other in range(wins.shape[1])
            )
        )

    @property
    def net(self) -> Interval:
        """Of the expected net, in points: of the outcome's expectation under the policy against the reader's reply."""
        found = [
            (-self.policy.extreme((-column).tolist()), self.policy.extreme(column.tolist()))
            for column in (self._payoff[:, reply].astype(float) for reply in self.replies)
        ]
        return 100.0 * min(low for low, _ in found), 100.0 * max(high for _, high in found)

    @property
    def _payoff(self) -> NDArray[np.int8]:
        """The payoff of the one whose policy it is: own moves by the reader's."""
        return self.game.payoff if self.seat is Seat.SUBJECT else -self.game.payoff.T


def _ratio(part: float, whole: float, empty: float = 0.0) -> float:
    return part / whole if whole > 0.0 else empty
