"""Which kinds of experiment there are: Arena's own, and those that other packages bring."""

from __future__ import annotations

from typing import Any, Final

from arena.experiments.experiment import Experiment
from arena.experiments.numbers.numbers import NUMBERS
from arena.experiments.numbers.rewards import REWARD_SCORES
from arena.experiments.tournament.tournament import TOURNAMENT
from arena.plugins import Registry

EXPERIMENTS: Final = Registry[Experiment[Any]](
    "arena.experiments", "experiment", {kind.name: kind for kind in (TOURNAMENT, NUMBERS, REWARD_SCORES)}
)


def find_experiment(name: str) -> Experiment[Any]:
    """The kind of that name. Raises KeyError for none, InputError if the package that brings it fails."""
    found = EXPERIMENTS.load(name)
    if not isinstance(found, Experiment) or found.name != name:
        raise EXPERIMENTS.failure(name, f"is not an Experiment of that name but {found!r:.80}")
    return found
