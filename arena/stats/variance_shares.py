"""How much of a grid's variance each of its factors explains: shares of sums of squares, without the noise in them.

z_i is what match i showed in every place of the grid, y its mean over n matches. A factor's sum of squares is that of
the projection P y on its levels' means. Because y is noisy, E|P y|^2 is too large by the noise's part, which the spread
over matches tells: |P y|^2 - sum of |P (z_i - y)|^2 / (n (n - 1)) is unbiased. A share is the quotient of a factor's
and the whole's. Factors are orthogonal in a balanced grid, so what they leave is that of their interactions.

A bootstrap over matches has this noise twice, once in y and once in the resample, so both parts are taken off there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.randomness import uniforms
from arena.stats.clusters import Estimate

_RESAMPLES: Final = 1000
_MOST: Final = 1000  # matches that are resampled one by one; of more, groups are
_TELLING: Final = 0.9  # of the resamples: so many must show some variance
_ROUNDING: Final = 1e-24  # of the sum of all squares: what is less is no variance
REST: Final = "rest"

Levels = NDArray[np.int64]


def balanced(one: Levels, other: Levels) -> bool:
    """Whether two factors can be told apart: each level of one stands equally often with each of the other. Both have
    the shape (places,)."""
    counts = np.zeros((one.max() + 1, other.max() + 1), dtype=np.int64)
    np.add.at(counts, (one, other), 1)
    expected = np.outer(counts.sum(1), counts.sum(0))
    return bool((counts * len(one) == expected).all())


def variance_shares(values: NDArray[np.float64], factors: Mapping[str, Sequence[int]]) -> dict[str, Estimate]:
    """The share of each factor in the variance between places, and `rest`, that of their interactions; from 0 to 1.

    `values` has the shape (matches, places), and each of `factors` gives the level of every place. Intervals (95%) are
    those of a bootstrap over matches. A share is None where the grid shows no variance beyond noise, or where a factor
    can't be told from another one or has one level. Intervals are None where too many resamples show no variance.
    """
    levels = {name: np.unique(np.asarray(given), return_inverse=True)[1] for name, given in factors.items()}
    known = {
        name: one
        for name, one in levels.items()
        if one.max() > 0 and all(balanced(one, other) for other in levels.values() if other is not one and other.max())
    }
    explained = {name: Estimate(None) for name in (*factors, REST)}
    values = _grouped(values)
    matches, places = values.shape
    if matches < 2 or not known:
        return explained
    sums = _Sums(values, [_projection(one) for one in known.values()] + [_whole(places)])
    found = sums.of(np.full((1, matches), 1.0), noise=1)[0]
    least = _ROUNDING * float((values**2).sum()) / matches
    if found[-1] <= least:
        return explained
    draws = uniforms("variance shares", _RESAMPLES * matches).reshape(_RESAMPLES, matches)
    counts = np.stack([np.bincount(row, minlength=matches) for row in (draws * matches).astype(np.int64)])
    again = sums.of(counts.astype(np.float64), noise=2)
    again = again[again[:, -1] > least]
    certain = len(again) >= _TELLING * _RESAMPLES
    shares = np.clip(_with_rest(found[None])[0], 0.0, 1.0)
    resampled = np.clip(_with_rest(again), 0.0, 1.0)
    for at, name in enumerate((*known, REST)):
        share, interval = float(shares[at]), None
        if certain:
            low, high = np.quantile(resampled[:, at], [0.025, 0.975])
            interval = min(float(low), share), max(float(high), share)
        explained[name] = Estimate(share, interval)
    if len(known) < sum(bool(one.max()) for one in levels.values()):
        explained[REST] = Estimate(None)  # it would hold that of the factors that can't be told apart
    return explained


def _with_rest(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares from sums of squares, the last of which is the whole's; shape (rows, factors + 1)."""
    shares = sums[:, :-1] / sums[:, -1:]
    return np.concatenate([shares, 1.0 - shares.sum(axis=1, keepdims=True)], axis=1)


def _grouped(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of equally many neighbouring matches, if there are too many to resample each."""
    size = -(-len(values) // _MOST)
    whole = len(values) // max(1, size)
    return values if size < 2 else values[: whole * size].reshape(whole, size, -1).mean(axis=1)


class _Sums:
    """Sums of squares under projections, for matches that count more or less often."""

    def __init__(self, values: NDArray[np.float64], projections: Sequence[NDArray[np.float64]]) -> None:
        self._projected = [values @ projection for projection in projections]
        self._squares = [(one**2).sum(axis=1) for one in self._projected]

    def of(self, counts: NDArray[np.float64], noise: int) -> NDArray[np.float64]:
        """For each row of counts, shape (rows, matches), less so many times the noise; shape (rows, projections)."""
        size = counts.shape[1]
        found = []
        for projected, squares in zip(self._projected, self._squares, strict=True):
            of_mean = ((counts @ projected / size) ** 2).sum(axis=1)
            spread = counts @ squares / size - of_mean
            found.append(of_mean - noise * spread / (size - 1))
        return np.stack(found, axis=1)


def _projection(levels: Levels) -> NDArray[np.float64]:
    """On the means of levels, less the mean of all."""
    one = (levels[:, None] == levels[None, :]).astype(np.float64)
    return np.asarray(one / one.sum(axis=1, keepdims=True) - 1 / len(levels))


def _whole(places: int) -> NDArray[np.float64]:
    return np.eye(places) - 1 / places
