"""What a worker asks of a library: one model, a KV cache that the prefix tree rules, batches of tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from arena.backends.base import Vocabulary
from arena.backends.catalog import TRANSFORMERS
from arena.backends.local.engine import Evaluator
from arena.backends.local.settings import Settings

Progress = Callable[[float], None]
"""Hears how much of the weights is loaded, from 0 to 1."""


class LoadError(Exception):
    """The library would not load the weights: a sentence for the person."""


class Library(Evaluator, Protocol):
    """A loaded model. `cells` and `sequences` are how many tokens and sequences its cache holds, `trained_context` is
    how long a prompt may be. `states`: its layers keep states, so that a sequence goes on only from where it stands."""

    cells: int
    sequences: int
    states: bool
    trained_context: int

    def vocabulary(self) -> Vocabulary:
        """All that is to be known of the tokenizer; a piece for each row of the logits."""
        ...

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. May run in another thread beside `evaluate`."""
        ...

    def clear(self) -> None:
        """Empty the cache."""
        ...

    def build(self) -> str:
        """What runs the model, for a run's manifest."""
        ...


def load_library(kind: str, place: str, settings: Settings, progress: Progress) -> Library:
    """Load weights with the library of that name. Raises LoadError."""
    if kind == TRANSFORMERS:
        from arena.backends.transformers.library import TransformersLibrary

        return TransformersLibrary(place, settings, progress)
    from arena.backends.llamacpp.library import LlamaCppLibrary

    return LlamaCppLibrary(place, settings, progress)
