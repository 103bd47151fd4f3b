"""A suite is planned as a whole, then run part by part, each a run of its own in the store. What is finished is not
repeated, and a part that fails doesn't keep the others from running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from arena.backends.loading import Models
from arena.errors import ArenaError, StoreError
from arena.experiments.experiment import Observer, Plan, carry_out
from arena.experiments.past import Shown
from arena.experiments.registry import EXPERIMENTS
from arena.experiments.suites.planning import plan_suite
from arena.experiments.suites.suite import Suite
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
    suite: Suite,
    store: Store,
    models: Models,
    observer: Observer,
    turn: Callable[[int, int], None],
    only: Sequence[str] = (),
) -> Done:
    """Run what a suite still lacks, or those of its cells that fit `only` (`plan_suite`). `turn` is called as each part
    begins, with its number and how many there are.

    Raises InputError for impossible parts before anything is run; unavailable models and later failures are reported
    at the end. Raises UsageError for a pattern that fits nothing, StoreError if the store refuses, because no part
    could then be kept.
    """
    planned = await plan_suite(suite, models, only)
    observer.expects([plan for _, _, plan in planned if isinstance(plan, Plan)], Shown(store))
    done = Done([], [])
    for number, part, plan in planned:
        turn(number, len(suite.parts))
        kind = part.experiment.name
        try:
            if isinstance(plan, ArenaError):
                raise plan
            with EXPERIMENTS.blaming(kind):
                done.runs.append(await carry_out(plan, store, models, observer))
        except StoreError:
            raise
        except ArenaError as error:
            done.failed.append(Failed(number, kind, error))
    return done
