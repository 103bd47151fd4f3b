"""What a worker asks of a library: one model, a KV cache that the prefix tree rules, batches of tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Evaluator, Path

Progress = Callable[[float], None]
"""Hears how much of the weights is loaded, from 0 to 1."""


class LoadError(Exception):
    """The library would not load the weights: a sentence for the person."""


class Library(Evaluator, Protocol):
    """A loaded model. `cells` and `sequences` are how many tokens and sequences its cache holds, `trained_context` is
    how long a prompt may be. `states`: its layers keep states, so that a sequence goes on only from where it stands.

    `whole` says why its prompts can't be kept in a cache of Arena's, so that each must be evaluated whole; it is empty
    where they can. `rounded`: its weights, or what is computed with them, have fewer than 32 bits.
    """

    cells: int
    sequences: int
    states: bool
    trained_context: int
    whole: str
    rounded: bool

    def vocabulary(self) -> Vocabulary:
        """All that is to be known of the tokenizer; a piece for each row of the logits."""
        ...

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. May run in another thread beside `evaluate`."""
        ...

    def clear(self) -> None:
        """Empty the cache."""
        ...

    def plain(self, tokens: Path, at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        """The logits after the tokens of index `at`, shape (len(at), vocabulary), by the library's own evaluation of a
        prompt in an empty cache, in so many calls one after another. The cache is empty afterwards."""
        ...

    def build(self) -> str:
        """What runs the model, for a run's manifest."""
        ...
