"""Bradley and Terry's model (1952): every item has an ability, and item i beats item j with the probability
1 / (1 + exp(ability j - ability i)).

Few comparisons leave items that never lost, or groups that were never compared, and the likeliest abilities of these
are infinite. A weak prior keeps them finite: it is as if every item had tied `prior` times with an average one, whose
own ability is estimated too. With the usual prior of 1 that is a density proportional to sech((ability - average) / 2),
whose standard deviation is pi.

choix finds the abilities (iterative Luce spectral ranking, Maystre and Grossglauser 2015). Their intervals follow from
the curvature of the penalised likelihood at its maximum; in simulated contests of 15 poems they cover better than those
of a bootstrap (docs/poems.md). A bootstrap over comparisons says how likely each item is to be first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.stats import rankdata

Floats = NDArray[np.float64]

PRIOR: Final = 1.0  # ties of each item with an average one
RESAMPLES: Final = 400

_Z95: Final = 1.959963984540054
_ITERATIONS: Final = 10_000
_TOLERANCE: Final = 1e-10  # of the mean change of abilities at which the search ends
_STEPS: Final = 4  # of the same search for resampled comparisons, from the abilities found: enough to see who is first
_ALIKE: Final = 1e-3  # abilities nearer than this share the first place there


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Comparisons of `items` items: `one` and `other` are their numbers and `share` how much of a win was the first
    one's (1, 0, or between for a tie); shape (n,) each."""

    items: int
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    share: Floats

    def wins(self, chosen: NDArray[np.int64] | None = None) -> Floats:
        """How often each item (row) beat each other one (column), shape (items, items); of the comparisons with the
        numbers `chosen`, if they are given."""
        one, other, share = self.one, self.other, self.share
        if chosen is not None:
            one, other, share = one[chosen], other[chosen], share[chosen]
        wins = np.zeros((self.items, self.items))
        np.add.at(wins, (one, other), share)
        np.add.at(wins, (other, one), 1 - share)
        return wins


@dataclass(frozen=True, slots=True)
class Ranking:
    """Abilities whose mean is 0, their 95% intervals (shape (items, 2)), and each item's probability of being first,
    over resampled comparisons. `ranks` begin with 1 for the best; equal abilities share the mean of their ranks."""

    abilities: Floats
    limits: Floats
    first: Floats

    @property
    def ranks(self) -> Floats:
        """The rank of each item."""
        ranks: Floats = rankdata(-np.round(self.abilities, 8))
        return ranks

    @property
    def winner(self) -> int:
        """The item of the highest ability; of equal ones, that which is more often first, then the first."""
        best = np.flatnonzero(self.ranks == self.ranks.min())
        return int(best[np.argmax(self.first[best])])


@dataclass(frozen=True, slots=True)
class Gaps:
    """What comparisons leave open without a prior: items that never lost, or never won, any part of a comparison, items
    that were never compared, and the number of groups that no comparison connects."""

    undefeated: tuple[int, ...]
    winless: tuple[int, ...]
    uncompared: tuple[int, ...]
    groups: int


def gaps(wins: Floats) -> Gaps:
    """What a matrix of wins leaves open."""
    won, lost = wins.sum(axis=1) > 0, wins.sum(axis=0) > 0
    groups, _ = connected_components(wins, directed=False)
    undefeated, winless, uncompared = won & ~lost, lost & ~won, ~won & ~lost
    return Gaps(_numbers(undefeated), _numbers(winless), _numbers(uncompared), int(groups))


def abilities(wins: Floats, prior: float = PRIOR) -> Floats | None:
    """The likeliest abilities, shape (items,), with mean 0; None if they aren't finite, which only happens without a
    prior: some items, taken together, never lost to the others."""
    whole = _with_average(wins, prior)
    groups, _ = connected_components(whole, directed=True, connection="strong")
    return None if groups > 1 else _centred(_fit(whole), len(wins))


def rank(comparisons: Comparisons, rng: np.random.Generator, prior: float = PRIOR) -> Ranking:
    """Rank the items. `rng` draws the resampled comparisons. Raises ValueError for a prior that isn't positive, because
    resampled comparisons often leave gaps."""
    if prior <= 0:
        raise ValueError(f"a prior of {prior}")
    wins = _with_average(comparisons.wins(), prior)
    found = _fit(wins)
    ability = _centred(found, comparisons.items)
    half = _Z95 * _standard_errors(wins, found)
    count = len(comparisons.one)
    first = np.zeros(comparisons.items)
    for _ in range(RESAMPLES if count else 0):
        again = comparisons.wins(rng.integers(count, size=count))
        drawn = _refined(_with_average(again, prior), found)[: comparisons.items]
        best = drawn > drawn.max() - _ALIKE
        first += best / best.sum() / RESAMPLES
    return Ranking(ability, np.stack([ability - half, ability + half], axis=1), first)


def _with_average(wins: Floats, prior: float) -> Floats:
    """The wins with one more item, with which every other tied `prior` times."""
    if prior == 0:
        return wins
    whole = np.pad(wins, ((0, 1), (0, 1)))
    whole[-1, :-1] = whole[:-1, -1] = prior / 2
    return whole


def _fit(wins: Floats) -> Floats:
    import choix  # it takes a while to import

    return choix.ilsr_pairwise_dense(wins, max_iter=_ITERATIONS, tol=_TOLERANCE)


def _refined(wins: Floats, start: Floats) -> Floats:
    import choix

    for _ in range(_STEPS):
        start = choix.lsr_pairwise_dense(wins, initial_params=start)
    return start


def _standard_errors(wins: Floats, found: Floats) -> Floats:
    """Of each item's ability minus the mean of all items', from the curvature of the logarithm of the likelihood."""
    often = wins + wins.T
    likely = 1 / (1 + np.exp(found[None, :] - found[:, None]))
    weight = often * likely * (1 - likely)
    curvature = np.diag(weight.sum(axis=1)) - weight
    covariance = np.linalg.pinv(curvature)  # singular: only differences are known
    items = len(found) - 1  # without the average one
    contrast = np.eye(items, items + 1) - np.r_[np.ones(items) / items, 0]
    errors: Floats = np.sqrt(np.einsum("ij,jk,ik->i", contrast, covariance, contrast))
    return errors


def _centred(found: Floats, items: int) -> Floats:
    ability: Floats = found[:items] - found[:items].mean()
    return ability


def _numbers(chosen: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(chosen).tolist())
