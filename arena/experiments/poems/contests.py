"""Contests in the store: a run of their own, which holds them before anyone judges, and is found by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

import msgspec

from arena.backends.loading import Models
from arena.errors import InputError, StoreError
from arena.experiments.poems.contest import Contest, check_contest
from arena.experiments.poems.generated import damaged
from arena.experiments.poems.kinds import EXPERIMENT, Kind, is_kind
from arena.experiments.poems.lots import LotsSpec
from arena.randomness import stream
from arena.store.codec import canonical, run_key
from arena.store.rows import CellRow, CellSpec, RunRow, RunSpec, Unit
from arena.store.store import Store

CONTEST: Final = "contest"  # the name of a cell's finding, and its subject: nobody is measured yet


@dataclass(frozen=True)
class Contests:
    """The contests of one run. `key` names them in every store, file and page."""

    run: RunRow
    contests: tuple[Contest, ...]

    @property
    def key(self) -> str:
        """The key of their run."""
        return run_key(self.run.spec)

    @property
    def most_showings(self) -> int:
        """The showings of the contest that has the most."""
        return max(len(contest.showings) for contest in self.contests)

    def find(self, name: str) -> Contest:
        """The contest of that name. Raises KeyError."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Contest]:
        return {contest.name: contest for contest in self.contests}


def keep_contests(store: Store, contests: Sequence[Contest], spec: LotsSpec, sources: Sequence[RunRow]) -> Contests:
    """Store contests that were drawn from the poems of `sources`, or find them where they are. Raises StoreError."""
    documents = {contest.name: msgspec.to_builtins(contest) for contest in contests}
    models: dict[str, str] = {}
    for run in sources:
        models |= run.spec.models
    settings: Mapping[str, Any] = {
        "mode": Kind.CONTESTS,
        "poems": sorted(run_key(run.spec) for run in sources),
        "per_author": spec.per_author,
        "appearances": spec.appearances,
        "drawn": sha256(canonical(documents).encode()).hexdigest(),
    }
    wanted = RunSpec(
        experiment=EXPERIMENT,
        unit=Unit.FINDING,
        cells=tuple(CellSpec(stream(CONTEST, "", name, "-", "-"), CONTEST, "", name) for name in documents),
        size=1,
        seed=spec.seed,
        models=models,
        manifest=Models().manifest(),
        settings=settings,
    )
    with store.begin(wanted) as writer:
        for cell in wanted.cells:
            if CONTEST not in writer.findings(cell.key):
                writer.set_finding(cell.key, CONTEST, documents[cell.what])
        writer.finish()
        return Contests(writer.run, tuple(contests))


def read_contests(store: Store, run: RunRow) -> Contests:
    """The contests of a run. Raises StoreError if they aren't whole."""
    return Contests(run, tuple(_contest(store, cell) for cell in store.cells(run)))


def _contest(store: Store, cell: CellRow) -> Contest:
    found = store.findings(cell).get(CONTEST)
    try:
        if found is None:
            raise ValueError("nothing was drawn")
        contest = msgspec.convert(found, Contest)
        check_contest(contest)
        if contest.name != cell.spec.what:
            raise ValueError(f"it is the contest {contest.name!r:.40}")
    except ValueError as error:
        raise damaged(store, cell, str(error)) from error
    return contest


def find_contests(store: Store, name: str | None = None) -> Contests:
    """The contests of the run of that name, or of the latest that has any; a judge's run stands for the contests that
    are judged in it. Raises InputError if there are none."""
    if name is not None:
        run = store.run(name)
        if is_kind(run, Kind.CONTESTS):
            return read_contests(store, run)
        if is_kind(run, Kind.JUDGEMENTS):
            return judged_contests(store, run)
        raise InputError(f"the run {run.name} has no contests: `arena poems contest --run {run.name}` draws some")
    found = [run for run in store.runs() if is_kind(run, Kind.CONTESTS)]
    if not found:
        raise InputError(f"the store {store.shown} holds no contests yet: `arena poems contest` draws some")
    return read_contests(store, found[-1])


def judged_contests(store: Store, run: RunRow) -> Contests:
    """The contests that a judge's run is about. Raises StoreError if they aren't in the store."""
    for other in store.runs():
        if is_kind(other, Kind.CONTESTS) and run_key(other.spec) == run.spec.settings.get("contests"):
            return read_contests(store, other)
    raise StoreError(
        f"the contests that run {run.name} judges aren't in {store.shown}: "
        "`arena merge` joins the store that has them with this one"
    )
