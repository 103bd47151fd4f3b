"""What a worker asks of a library: one model, a KV cache that the prefix tree rules, batches of tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Evaluator, Path
from arena.backends.local.settings import Settings

Progress = Callable[[float], None]
"""Hears how much of the weights is loaded, from 0 to 1."""


class LoadError(Exception):
    """The library would not load the weights: a sentence for the person."""


class Library(Evaluator, Protocol):
    """A loaded model. `cells` and `sequences` are how many tokens and sequences its cache holds, `batch` and `outputs`
    how many tokens and distributions a batch may have, `trained_context` is how long a prompt may be. `states`: its
    layers keep states, so that a sequence goes on only from where it stands.

    `whole` says why its prompts can't be kept in a cache of Arena's, so that each must be evaluated whole; it is empty
    where they can. `rounded`: its weights, or what is computed with them, have fewer than 32 bits.
    """

    cells: int
    sequences: int
    batch: int
    outputs: int
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


def check_cells(cells: int, settings: Settings, per_cell: int, beside: str = "") -> int:
    """The same number of cells, of so many bytes each. Raises LoadError if they are too few for a batch; `beside` is
    what else the budget must hold, as a clause."""
    if cells >= settings.batch:
        return cells
    if settings.kv_cells < settings.batch:
        raise LoadError(
            f"a cache of {settings.kv_cells} tokens holds no batch of {settings.batch}: give it more with --cells, or "
            "make batches smaller with --batch"
        )
    raise LoadError(
        f"a KV budget of {settings.kv_mib} MiB holds only {cells} tokens of this model "
        f"({per_cell / 1024:.0f} KiB each{beside}): give it more with --kv-mib"
    )
