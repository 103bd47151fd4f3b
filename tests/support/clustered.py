"""Observations in clusters, and helpers for tests of their estimates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arena.stats.clusters import Estimate

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def labels(*values: int) -> Labels:
    return np.array(values, dtype=np.int64)


def mask(text: str) -> Mask:
    """A mask: "x.x" is [True, False, True]."""
    return np.array([letter == "x" for letter in text])


def interval(estimate: Estimate) -> tuple[float, float]:
    assert estimate.interval is not None
    return estimate.interval


def half_width(estimate: Estimate) -> float:
    low, high = interval(estimate)
    return (high - low) / 2


def some_matches(seed: int, matches: int = 100) -> tuple[Floats, Labels, Labels, Mask, Mask]:
    """Values, clusters, strata and two sides, in matches of unequal length, each with a level of its own."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(3, 11, matches)
    clusters = np.repeat(np.arange(matches), lengths)
    strata = np.concatenate([np.arange(length) for length in lengths])
    sides = draw.integers(0, 3, len(clusters))
    values = (
        draw.normal(size=matches)[clusters]
        + 0.3 * strata
        + (sides == 0) * (1 + strata)
        + draw.normal(size=len(clusters))
    )
    return values, clusters, strata, sides == 0, sides == 1
