"""What is wanted from the rows of a batch, and the answers: the numbers of a distribution, and tokens drawn.

A row of logits is large (a quarter of a million numbers for Gemma) and what is wanted from it is small, so a library
whose model runs on a device of its own computes it there (`arena.backends.local.transformers.rows`). Here it is
computed with numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Hidden, Numbers, Sampling
from arena.backends.distribution import Logits
from arena.records import TokenProbability


@dataclass(frozen=True, slots=True)
class Keep:
    """What to keep of a distribution; the fields are those of a `Request`."""

    sampling: Sampling
    wanted: tuple[int, ...]
    top: int
    further: tuple[Sampling, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a distribution; the fields are those of a `Completion`."""

    logprobs: tuple[float, ...]
    top: tuple[TokenProbability, ...]
    entropy: float | None
    further: tuple[Numbers, ...]
    hidden: Hidden | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted from row `index` of a batch: what to keep, tokens drawn under a setting, one for each uniform in
    [0, 1), and the log-probabilities of the tokens that are `scored`, at temperature 1."""

    index: int
    keep: tuple[Keep, ...] = ()
    draws: tuple[tuple[Sampling, tuple[float, ...]], ...] = ()
    scored: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The answers for a row, in the order of `Wanted`, and whether all tokens have exactly the same probability."""

    flat: bool
    kept: tuple[Kept, ...] = ()
    drawn: tuple[tuple[int, ...], ...] = ()
    scores: tuple[float, ...] = ()


Answers = Callable[[], list[Told]]
"""Waits for what was asked for. Called once; raises ValueError for a row that isn't numbers."""


def tell(logits: Callable[[int], NDArray[np.float32]], wanted: Sequence[Wanted]) -> list[Told]:
    """The answers for each row; `logits` gives a row, shape (vocabulary,), by its index. Raises ValueError for a row
    that isn't numbers."""
    return [told(Logits(logits(each.index)), each) for each in wanted]


def told(row: Logits, wanted: Wanted) -> Told:
    """The answers for a row."""
    return Told(
        row.flat,
        tuple(_kept(row, keep) for keep in wanted.keep),
        tuple(tuple(map(row.under(sampling).draw, uniforms)) for sampling, uniforms in wanted.draws),
        tuple(map(row.logprob, wanted.scored)),
    )


def _kept(row: Logits, keep: Keep) -> Kept:
    distribution = row.under(keep.sampling)
    return Kept(
        distribution.logprobs(keep.wanted),
        distribution.top(keep.top),
        distribution.entropy(),
        tuple(row.numbers(setting, keep.wanted) for setting in keep.further),
    )
