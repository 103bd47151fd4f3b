"""What a show has seen so far. It keeps no more after a day than after a minute, apart from the match being played."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from arena.games import Game, equilibrium
from arena.records import Outcome, Policy, Round, Seat
from arena.reports.tournament.measures import NET
from arena.session.sight import Seen, Sight
from arena.stats.clusters import mean

_FEWEST: Final = 5  # with fewer matches an interval says nothing yet
_MORE: Final = 1.02  # times as many matches as when it was worked out last, and the interval is worked out anew


class Board:
    """The running score of matches of `rounds` rounds, and how foreseeable each side was in each round of them."""

    def __init__(self, game: Game, rounds: int) -> None:
        self.game = game
        self.rounds = rounds
        self.number = 0  # of the match, from 1
        self.sight = Sight(game, Seat.SUBJECT)  # the match being played
        self.score: Counter[Outcome] = Counter()  # of all rounds, for the subject
        self.matches: Counter[Outcome] = Counter()  # of the finished matches
        self.interval: tuple[float, float] | None = None  # 95%, of the net over finished matches; None if they are few
        self._of = 0  # how many matches the interval is of
        self._nets: Counter[int] = Counter()  # how many finished matches ended with which sum of payoffs
        self._sums = {seat: np.zeros(rounds) for seat in Seat}  # of each round's value, over matches
        self._counts = {seat: np.zeros(rounds) for seat in Seat}

    def begin(self) -> None:
        """A match begins."""
        self.number += 1
        self.sight = Sight(self.game, Seat.SUBJECT)

    def add(self, played: Round) -> Seen:
        """A round is over."""
        seen = self.sight.add(played)
        self.score[played.outcome] += 1
        for seat in Seat:
            value = self.value(seat)
            if value is not None:
                self._sums[seat][played.number - 1] += value
                self._counts[seat][played.number - 1] += 1
        return seen

    def end(self) -> None:
        """The match is over."""
        net = self.sight.score[Outcome.WIN] - self.sight.score[Outcome.LOSS]
        self.matches[Outcome((net > 0) - (net < 0))] += 1
        self._nets[net] += 1
        if self.matches.total() >= max(_FEWEST, _MORE * self._of):
            self._of = self.matches.total()
            found = sorted(self._nets.items())
            nets = 100 * np.repeat([net for net, _ in found], [count for _, count in found]) / self.rounds
            self.interval = mean(nets, np.arange(len(nets)), NET).interval

    def policy(self, seat: Seat) -> Policy | None:
        """The policy behind a seat's last move; None if it has none to show, as a person."""
        if not self.sight.rounds:
            return None
        last = self.sight.rounds[-1]
        return (last.mine if seat is Seat.SUBJECT else last.theirs).policy

    def value(self, seat: Seat) -> float | None:
        """How sure one could be of a seat's last move: its determinism, or for a person how foreseeable they have been
        in this match; None if nothing is known."""
        policy = self.policy(seat)
        return self.sight.predictor(seat).rate if policy is None else policy.determinism

    def usual(self, seat: Seat) -> list[float | None]:
        """The mean of that value in round 1, 2, ... over all matches so far; None where it is of none."""
        pairs = zip(self._sums[seat].tolist(), self._counts[seat].tolist(), strict=True)
        return [total / count if count else None for total, count in pairs]

    def mean(self, seat: Seat) -> float | None:
        """The mean of that value over all rounds so far."""
        count = self._counts[seat].sum()
        return float(self._sums[seat].sum() / count) if count else None

    @property
    def net(self) -> float:
        """The subject's win rate minus loss rate over all rounds, in points."""
        rounds = self.score.total()
        return 100 * (self.score[Outcome.WIN] - self.score[Outcome.LOSS]) / rounds if rounds else 0.0


def perfect_net(game: Game) -> float:
    """The net that perfect play secures for the subject. Loads scipy, for intervals too, which takes a moment."""
    mean(np.zeros(2), np.arange(2), NET)
    return equilibrium(game).net
