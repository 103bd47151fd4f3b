"""The match that a person left before its end, so that they can go on with it."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

import msgspec

from arena.experiments.tournament.sitting import SITTING
from arena.session.choice import Choice
from arena.session.files import Kept
from arena.store.rows import CellSpec
from arena.store.store import Store


class _Last(msgspec.Struct, frozen=True):
    """The match that was begun last, with its seed; whether it was finished is in the store."""

    choice: Choice | None = None


_LAST: Final = Kept(_Last, "state", "match.json")


class Unfinished(NamedTuple):
    """A match that can be gone on with, and how many of its rounds were played."""

    choice: Choice
    rounds: int


def remember(choice: Choice, seed: int) -> None:
    """A person begins a match."""
    _LAST.keep(_Last(msgspec.structs.replace(choice, seed=seed)))


def unfinished(store: Store) -> Unfinished | None:
    """The match that was begun last, if the store has it unfinished and nobody is playing it. Raises StoreError."""
    choice = _LAST.read().choice
    if choice is None:
        return None
    for run in reversed(store.runs()):
        spec = run.spec
        if spec.experiment != SITTING or (spec.seed, spec.rounds) != (choice.seed, choice.rounds):
            continue
        (cell,) = store.cells(run)
        if _is_of(cell.spec, choice):
            matches = store.matches(cell)
            is_free = store.writer_of(run) in (None, os.getpid())  # the screen that was left may still be closing
            if matches and not matches[-1].finished and is_free:
                return Unfinished(choice, matches[-1].rounds)
            return None
    return None


def _is_of(spec: CellSpec, choice: Choice) -> bool:
    who = spec.what, spec.subject, spec.opponent, spec.dialled_to
    return who == (choice.game, choice.subject, choice.opponent, choice.mixed_with)
