"""The kinds of experiment: Arena's own, and those that other packages add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from arena.errors import InputError
from arena.experiments.cost import Cost
from arena.experiments.experiment import Experiment, Plan, counted
from arena.experiments.numbers.numbers import NUMBERS
from arena.experiments.numbers.rewards import REWARD_SCORES
from arena.experiments.past import Shown
from arena.experiments.poems.poems import POEMS
from arena.experiments.prediction.anchors import ANCHORS
from arena.experiments.prediction.perplexity import PERPLEXITY
from arena.experiments.tournament.tournament import TOURNAMENT
from arena.plugins import Registry
from arena.store.rows import RunSpec

EXPERIMENTS: Final = Registry[Experiment[Any]](
    "arena.experiments",
    "experiment",
    {kind.name: kind for kind in (TOURNAMENT, NUMBERS, REWARD_SCORES, POEMS, PERPLEXITY, ANCHORS)},
)


def find_experiment(name: str) -> Experiment[Any]:
    """The kind of that name. Raises KeyError if there is none, InputError if the package that adds it fails."""
    found = EXPERIMENTS.load(name)
    if not isinstance(found, Experiment) or found.name != name:
        raise EXPERIMENTS.failure(name, f"is not an Experiment of that name but {found!r:.80}")
    return found


def costs_of(plan: Plan, shown: Shown) -> Sequence[Cost | None]:
    """What a plan's cells ask of models, None where it can't be said. Raises InputError for a wording that fails, or if
    the package that brings the experiment fails, StoreError."""
    with EXPERIMENTS.blaming(plan.experiment):
        costs = plan.costs(shown)
        return [cost for _, cost in zip(plan.cells, costs, strict=True)]


def amount(run: RunSpec) -> str:
    """How much a run is to contain, in its kind's own words; in units if that kind isn't installed."""
    try:
        return find_experiment(run.experiment).amount(run)
    except (KeyError, InputError):
        return counted(run)
