"""Tokens beyond those that are known, from the whole distribution, where a server can't be told to exclude the others.

SGLang's router (sglang-router 0.3.2) hands on the sampling settings that it knows and drops the rest without a word,
`logit_bias` among them. It does hand on how many of the likeliest tokens are to be told, so all of them can be had.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Sampling
from arena.backends.remote.answers import Generated
from arena.backends.remote.kinds import Kind


def whole(sampling: Sampling, size: int) -> Kind:
    """What asks for the log-probability of each of the `size` tokens of a model."""
    return Kind(sampling, 1, top=size)


def draws(found: Generated, known: Collection[int], count: int, chance: np.random.Generator) -> list[Generated]:
    """So many answers of one token each, none of them among the `known`, from an answer with all log-probabilities."""
    told = found.numbers.told
    others: NDArray[np.int64] = np.array(sorted(told.keys() - set(known)), dtype=np.int64)
    logs = np.array([told[token] for token in others.tolist()], dtype=np.float64)
    cumulative = np.cumsum(np.exp(logs - logs.max()))  # relative to the likeliest, however little all of them have
    places = np.searchsorted(cumulative, chance.random(count) * cumulative[-1], side="right")
    tokens = others[np.minimum(places, len(others) - 1)].tolist()
    return [
        Generated((token,), False, found.evaluated if first else 0, found.numbers)
        for first, token in zip((True, *(False,) * (count - 1)), tokens, strict=True)
    ]
