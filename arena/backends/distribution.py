"""From a row of logits to a distribution, its numbers, and draws. Shared by every backend that samples itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Numbers, Sampling
from arena.records import TokenProbability

_BLOCK = 512
_LOWEST = -1e4


class Distribution:
    """The next-token distribution of one row of logits, shape (vocabulary,), under one sampling setting.

    Temperature is applied before top-p. Everything is float64, as the logits' own error is far above it.
    """

    def __init__(self, logits: NDArray[np.float32], sampling: Sampling) -> None:
        scaled = logits.astype(np.float64)
        if sampling.temperature != 1.0:
            scaled /= sampling.temperature
        scaled -= scaled.max()
        if sampling.top_p < 1.0:
            scaled[~_nucleus(scaled, sampling.top_p)] = -np.inf
        self._scaled = scaled
        self._temperature = sampling.temperature
        self._logits = logits
        self._weights = np.exp(scaled)
        self._total = float(self._weights.sum())

    @cached_property
    def _before(self) -> NDArray[np.float64]:
        """The weight of all tokens up to and including each block: the CDF, coarsely."""
        return np.cumsum(np.add.reduceat(self._weights, np.arange(0, len(self._weights), _BLOCK)))

    def logprobs(self, tokens: Sequence[int]) -> tuple[float, ...]:
        """Natural log-probabilities of some tokens."""
        return tuple((self._scaled[np.asarray(tokens, dtype=np.int64)] - np.log(self._total)).tolist())

    def top(self, count: int) -> tuple[TokenProbability, ...]:
        """The `count` likeliest tokens, likeliest first; equal ones by id."""
        count = min(count, len(self._scaled))
        if not count:
            return ()
        least = np.partition(self._scaled, -count)[-count]
        best = np.flatnonzero(self._scaled >= least)
        best = best[np.argsort(-self._scaled[best], kind="stable")][:count]
        found = zip(best.tolist(), self.logprobs(best.tolist()), strict=True)
        return tuple(TokenProbability(token, logprob) for token, logprob in found if logprob > -np.inf)

    def entropy(self) -> float:
        """Shannon entropy over the whole vocabulary, in bits."""
        # a token without weight adds nothing, though its logit is minus infinity
        finite = np.maximum(self._scaled, _LOWEST)
        return float((np.log(self._total) - self._weights @ finite / self._total) / np.log(2.0))

    def normaliser(self) -> float:
        """The log of the sum of p ** (1 / temperature) over the vocabulary, p being the raw probabilities."""
        raw = self._logits.astype(np.float64)
        raw -= raw.max()
        hot = raw / self._temperature
        return float(np.log(np.exp(hot).sum()) - np.log(np.exp(raw).sum()) / self._temperature)

    def numbers(self, tokens: Sequence[int]) -> Numbers:
        """All numbers of some tokens."""
        return Numbers(self.logprobs(tokens), self.entropy(), self.normaliser())

    def draw(self, uniform: float) -> int:
        """The token at `uniform` in [0, 1) by inverse CDF over ascending token ids."""
        # first the block, then the token in it: a running sum over a large vocabulary is slow
        target = uniform * float(self._before[-1])
        block = int(np.searchsorted(self._before, target, side="right"))
        start = block * _BLOCK
        within = np.cumsum(self._weights[start : start + _BLOCK])
        left = target - (float(self._before[block - 1]) if block else 0.0)
        # the two sums may differ in the last digit: never past the last token of the block that has any weight
        last = int(np.searchsorted(within, within[-1], side="left"))
        return start + min(int(np.searchsorted(within, left, side="right")), last)


def _nucleus(scaled: NDArray[np.float64], top_p: float) -> NDArray[np.bool_]:
    """The smallest set of likeliest tokens whose probability reaches `top_p`, as a mask."""
    order = np.argsort(-scaled, kind="stable")
    probabilities = np.exp(scaled[order])
    probabilities /= probabilities.sum()
    before = np.cumsum(probabilities) - probabilities
    mask = np.zeros(len(scaled), dtype=np.bool_)
    mask[order[before < top_p]] = True
    return mask
