"""The contract of a library in a worker: one model, a KV cache managed by the prefix tree, batches of tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Evaluator, Path
from arena.backends.local.settings import Settings

Progress = Callable[[float], None]
"""Called with the share of the weights that is loaded, from 0 to 1."""


class LoadError(Exception):
    """The library refuses to load the weights: a sentence for the person."""


class Library(Evaluator, Protocol):
    """A loaded model. `cells` and `sequences` are how many tokens and sequences its cache holds, `batch` and `outputs`
    how many tokens and distributions a batch may have, `trained_context` is how long a prompt may be. `states`: its
    layers keep states, so a sequence can continue only from its end.

    `remark` is what a person should know of how it was loaded (""). `whole` says why its prompts can't be kept in a
    cache of Arena's and each must be evaluated whole; it is empty if they can. `rounded`: its weights, or the numbers
    computed with them, have fewer than 32 bits. `short_keys`: the keys in its cache have 16.
    """

    cells: int
    sequences: int
    batch: int
    outputs: int
    states: bool
    trained_context: int
    remark: str
    whole: str
    rounded: bool
    short_keys: bool

    def vocabulary(self) -> Vocabulary:
        """Everything to know about the tokenizer; a piece for each row of the logits."""
        ...

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. May run in another thread at the same time as `evaluate`."""
        ...

    def clear(self) -> None:
        """Empty the cache."""
        ...

    def plain(self, tokens: Path, at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        """The logits after the tokens of index `at`, shape (len(at), vocabulary), by the library's own evaluation of a
        prompt in an empty cache, in `pieces` successive calls. The cache is empty afterwards."""
        ...

    def build(self) -> str:
        """What runs the model, for a run's manifest."""
        ...


def check_cells(cells: int, settings: Settings, per_cell: int, beside: str = "") -> int:
    """Returns `cells`, of `per_cell` bytes each. Raises LoadError if they are too few for a batch; `beside` says what
    else the budget must hold, as a clause."""
    if cells >= settings.batch:
        return cells
    if settings.kv_cells < settings.batch:
        raise LoadError(
            f"a cache of {settings.kv_cells} tokens can't hold a batch of {settings.batch}: give it more with --cells, "
            "or make batches smaller with --batch"
        )
    raise LoadError(
        f"a KV budget of {settings.kv_mib} MiB holds only {cells} tokens of this model "
        f"({per_cell / 1024:.0f} KiB each{beside}): give it more with --kv-mib"
    )
