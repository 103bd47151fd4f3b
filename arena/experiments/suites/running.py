"""A suite is planned as a whole, then run part by part, each a run of its own in the store. What is finished is not
repeated, and a part that fails doesn't keep the others from running."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from arena.backends.loading import Models
from arena.errors import ArenaError, ModelError, StoreError
from arena.experiments.experiment import Observer, Plan, carry_out
from arena.experiments.registry import EXPERIMENTS
from arena.experiments.suites.suite import Part, Suite
from arena.store.rows import RunRow
from arena.store.store import Store


class Failed(NamedTuple):
    """A part that failed: its place in the suite, counted from 1, its kind, and why."""

    number: int
    kind: str
    error: ArenaError


class Done(NamedTuple):
    """What became of a suite's parts, each in the suite's order."""

    runs: list[RunRow]
    failed: list[Failed]


async def run_suite(
    suite: Suite, store: Store, models: Models, observer: Observer, turn: Callable[[int, int], None]
) -> Done:
    """Run what a suite still lacks. `turn` is called as each part begins, with its number and how many there are.

    Raises UsageError and InputError for impossible parts before anything is run; unavailable models and later failures
    are reported at the end. Raises StoreError if the store refuses, because no part could then be kept.
    """
    plans = [await _planned(part, models) for part in suite.parts]
    done = Done([], [])
    for number, (part, plan) in enumerate(zip(suite.parts, plans, strict=True), start=1):
        turn(number, len(plans))
        kind = part.experiment.name
        try:
            if isinstance(plan, ModelError):
                raise plan
            with EXPERIMENTS.blaming(kind):
                done.runs.append(await carry_out(plan, store, models, observer))
        except StoreError:
            raise
        except ArenaError as error:
            done.failed.append(Failed(number, kind, error))
    return done


async def _planned(part: Part, models: Models) -> Plan | ModelError:
    """The plan, or why it can't be made now but may be later."""
    try:
        with EXPERIMENTS.blaming(part.experiment.name):
            return await part.experiment.plan(part.spec, models)
    except ModelError as error:
        return error
