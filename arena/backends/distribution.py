"""From a row of logits to a distribution, its numbers, and draws. Shared by all backends that do their own sampling."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Numbers, Sampling
from arena.records import TokenProbability

_BLOCK = 512
_LOWEST = -1e4
_UNLIKELY = -4.0  # a logit, the largest being 0: the others are looked at only if they are needed


class Logits:
    """One row of logits, shape (vocabulary,), and what its distributions under several settings have in common.

    Everything is float64, whose error is far below the logits' own. Raises ValueError for a row that isn't numbers.
    """

    def __init__(self, logits: NDArray[np.float32]) -> None:
        self.raw = logits.astype(np.float64)
        largest = self.raw.max()
        if not np.isfinite(largest):
            raise ValueError(f"the largest logit is {largest}: the weights are broken, or the arithmetic overflows")
        self.raw -= largest
        self._known: dict[Sampling, Distribution] = {}

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """The weight of each token at temperature 1; the likeliest has 1."""
        return np.asarray(np.exp(self.raw))

    @cached_property
    def log_total(self) -> float:
        """The log of the weights' sum: subtracted from the raw logits it gives log-probabilities."""
        return float(np.log(self.weights.sum()))

    def logprob(self, token: int) -> float:
        """A token's log-probability at temperature 1."""
        return float(self.raw[token]) - self.log_total

    @cached_property
    def lowest(self) -> float:
        """The smallest of the raw logits, the largest being 0."""
        return float(self.raw.min())

    @property
    def flat(self) -> bool:
        """Whether all tokens are exactly alike."""
        return self.lowest == 0.0 and len(self.raw) > 1

    @cached_property
    def finite(self) -> NDArray[np.float64]:
        """The raw logits with minus infinity replaced, for sums in which such a token has no weight anyway."""
        return self.raw if self.lowest >= _LOWEST else np.maximum(self.raw, _LOWEST)

    def numbers(self, sampling: Sampling, tokens: Sequence[int]) -> Numbers:
        """The numbers of some tokens under a setting that nobody draws from, so nothing is kept."""
        if sampling.cuts or sampling in self._known:
            return self.under(sampling).numbers(tokens)
        temperature = sampling.temperature
        hot = self.raw / temperature
        chosen = hot[np.asarray(tokens, dtype=np.int64)]
        np.exp(hot, out=hot)
        total = float(hot.sum())
        log_total = float(np.log(total))
        entropy = (log_total - _weighted(hot, self.finite) / total / temperature) / np.log(2.0)
        return Numbers(tuple((chosen - log_total).tolist()), float(entropy), log_total - self.log_total / temperature)

    def under(self, sampling: Sampling) -> Distribution:
        """The distribution under a setting."""
        if sampling not in self._known:
            self._known[sampling] = Distribution(self, sampling)
        return self._known[sampling]


class Distribution:
    """The next-token distribution of one row under one sampling setting. Temperature is applied before top-p and
    min-p."""

    def __init__(self, row: Logits, sampling: Sampling) -> None:
        plain = sampling.temperature == 1.0
        scaled = row.raw if plain else row.raw / sampling.temperature
        weights = row.weights if plain else np.exp(scaled)
        total = float(weights.sum())
        self._normaliser = float(np.log(total)) - row.log_total / sampling.temperature
        self._inside: NDArray[np.int64] | None = None  # the tokens that aren't cut off, in ascending order; None: all
        if sampling.cuts:
            self._inside = np.sort(_kept(scaled, weights, sampling))
            scaled, weights = scaled[self._inside], weights[self._inside]
            total = float(weights.sum())
        self._scaled, self._weights, self._total = scaled, weights, total  # of the tokens inside

    @cached_property
    def _before(self) -> NDArray[np.float64]:
        """The weight of all tokens up to and including each block: the CDF, coarsely."""
        return np.cumsum(np.add.reduceat(self._weights, np.arange(0, len(self._weights), _BLOCK)))

    def logprobs(self, tokens: Sequence[int]) -> tuple[float, ...]:
        """Natural log-probabilities of some tokens."""
        asked = np.asarray(tokens, dtype=np.int64)
        if self._inside is None:
            scaled = self._scaled[asked]
        else:
            places = np.minimum(np.searchsorted(self._inside, asked), len(self._inside) - 1)
            scaled = np.where(self._inside[places] == asked, self._scaled[places], -np.inf)
        return tuple((scaled - np.log(self._total)).tolist())

    def top(self, count: int) -> tuple[TokenProbability, ...]:
        """The `count` likeliest tokens, likeliest first; equal ones by id."""
        count = min(count, len(self._scaled))
        if not count:
            return ()
        best = _at_least(self._scaled, count)
        best = best[np.argsort(-self._scaled[best], kind="stable")][:count]
        if self._inside is not None:
            best = self._inside[best]
        found = zip(best.tolist(), self.logprobs(best.tolist()), strict=True)
        return tuple(TokenProbability(token, logprob) for token, logprob in found if logprob > -np.inf)

    def entropy(self) -> float:
        """Shannon entropy over the whole vocabulary, in bits."""
        finite = self._scaled
        if finite.min() < _LOWEST:  # a token without weight adds nothing, though its logit is minus infinity
            finite = np.maximum(finite, _LOWEST)
        return float((np.log(self._total) - _weighted(self._weights, finite) / self._total) / np.log(2.0))

    def normaliser(self) -> float:
        """The log of the sum of p ** (1 / temperature) over the vocabulary, p being the raw probabilities."""
        return self._normaliser

    def numbers(self, tokens: Sequence[int]) -> Numbers:
        """All the numbers for some tokens."""
        return Numbers(self.logprobs(tokens), self.entropy(), self.normaliser())

    def draw(self, uniform: float) -> int:
        """The token at `uniform` in [0, 1) by inverse CDF over ascending token ids."""
        # first the block, then the token in it: a running sum over a large vocabulary is slow
        target = uniform * float(self._before[-1])
        block = int(np.searchsorted(self._before, target, side="right"))
        start = block * _BLOCK
        within = np.cumsum(self._weights[start : start + _BLOCK])
        left = target - (float(self._before[block - 1]) if block else 0.0)
        # the two sums may differ in the last digit: never go past the block's last token that has any weight
        last = int(np.searchsorted(within, within[-1], side="left"))
        place = start + min(int(np.searchsorted(within, left, side="right")), last)
        return place if self._inside is None else int(self._inside[place])


def _weighted(weights: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """The weighted sum, without BLAS, whose threads would wait for the model's."""
    return float(np.einsum("i,i->", weights, values))


def _at_least(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """The indices of the `count` largest values, and of those equal to the smallest of them, in ascending order."""
    # the count-th largest of the blocks' maxima is no larger than the value sought, so few values are left to look at
    size = max(1, len(values) // (4 * count))
    maxima = np.maximum.reduceat(values, np.arange(0, len(values), size))
    bound = np.partition(maxima, -count)[-count]
    left = np.flatnonzero(values >= bound)
    least = np.partition(values[left], -count)[-count]
    return np.asarray(left[values[left] >= least])


def _kept(scaled: NDArray[np.float64], weights: NDArray[np.float64], sampling: Sampling) -> NDArray[np.int64]:
    """The indices of the tokens that pass top-p and min-p, in any order. The largest of the weights is 1."""
    if sampling.top_p == 1.0:
        return np.flatnonzero(weights >= sampling.min_p)
    inside = _nucleus(scaled, weights, sampling.top_p * float(weights.sum()))
    return np.asarray(inside[weights[inside] >= sampling.min_p])


def _nucleus(scaled: NDArray[np.float64], weights: NDArray[np.float64], enough: float) -> NDArray[np.int64]:
    """The indices of the smallest set of likeliest tokens whose weights reach `enough`; of equal ones, the first."""
    # sorting a large vocabulary takes longer than the model: only tokens above a bound are, if those are enough
    bound = _UNLIKELY
    likely = np.flatnonzero(scaled >= bound)
    while len(likely) < len(scaled) and not weights[likely].sum() > enough:
        bound *= 2
        likely = np.flatnonzero(scaled >= bound) if bound > _LOWEST else np.arange(len(scaled))
    order = likely[np.argsort(-scaled[likely], kind="stable")]
    before = np.cumsum(weights[order]) - weights[order]
    return np.asarray(order[before < enough])
