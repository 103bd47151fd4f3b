"""What a reader of moves foresaw in some matches, in numbers. Definitions: docs/people.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.experiments.people.played import Played
from arena.experiments.people.reading import Read
from arena.games import Game
from arena.reports.tournament.measures import NET
from arena.stats.clusters import Estimate, mean

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """What one reader foresaw; all have shape (matches,)."""

    expected: NDArray[np.int64]  # moves for which the reader was certain of its reply
    foreseen: NDArray[np.int64]  # those that it won against
    net: Floats  # the sum of its expected payoffs
    rounds: NDArray[np.int64]  # with a move

    @property
    def shares(self) -> Floats:
        """The share of moves foreseen in each match that has any, in percent."""
        some = self.expected > 0
        return np.asarray(100.0 * self.foreseen[some] / self.expected[some])

    @property
    def foreseen_rate(self) -> Estimate:
        """The share of all moves foreseen, in percent."""
        return _ratio(np.asarray(100.0 * self.foreseen, dtype=np.float64), self.expected, (0.0, 100.0))

    @property
    def net_rate(self) -> Estimate:
        """The reader's net over all rounds, in points."""
        return _ratio(100.0 * self.net, self.rounds, NET)


def score_of(reads: Sequence[Read]) -> Score:
    """The score of a reader that came to this, match by match."""
    counts = np.array([(read.expected, read.foreseen, read.rounds) for read in reads], dtype=np.int64).reshape(-1, 3)
    return Score(counts[:, 0], counts[:, 1], np.array([read.net for read in reads]), counts[:, 2])


def joined(scores: Sequence[Score]) -> Score:
    """The score of one reader in several sets of matches."""
    parts = [(score.expected, score.foreseen, score.net, score.rounds) for score in scores]
    expected, foreseen, net, rounds = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Score(expected, foreseen, net, rounds)


def own_net(game: Game, matches: Sequence[Played]) -> Estimate:
    """The players' own net, in points."""
    payoff = np.pad(100.0 * game.payoff, ((0, 1), (0, 1)))  # NO_MOVE is the last row and column
    payoff[-1, :-1], payoff[:-1, -1] = -100.0, 100.0
    points = [payoff[match.moves, match.replies] for match in matches]
    return _ratio(np.array([one.sum() for one in points]), np.array([len(one) for one in points]), NET)


def _ratio(sums: Floats, counts: NDArray[np.int64], bounds: tuple[float, float]) -> Estimate:
    """The mean of what sums up to `sums` in matches of `counts` observations, shape (matches,), matches as clusters:
    as every observation of a match may stand for its mean."""
    some = counts > 0
    means = sums[some] / counts[some]
    return mean(np.repeat(means, counts[some]), np.repeat(np.arange(len(means)), counts[some]), bounds)
