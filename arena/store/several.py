"""Several stores read as one: the runs of several machines side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from arena.errors import InputError
from arena.store.codec import decoding, identity
from arena.store.database import Database
from arena.store.place import refuse_repeated
from arena.store.rows import RunRow
from arena.store.store import Store


def open_all(paths: Sequence[Path]) -> Store:
    """The stores at these paths, to be read as one.

    A run whose name is in several of them is called STORE:NAME, where STORE is its file's name without the ending, or,
    if several are called alike, its path. Raises StoreError if one can't be read, UsageError if one is named twice.
    """
    if len(paths) == 1:
        return Store.open(paths[0])
    refuse_repeated(paths)
    with ExitStack() as stack:
        stores = [stack.enter_context(Store.open(path)) for path in paths]
        found = _Several(stores)
        stack.pop_all()  # which closes them from now on
        return found


def check_apart(store: Store, runs: Sequence[RunRow]) -> None:
    """Raises InputError if two of the runs are one run, of which several stores have a part or a copy."""
    known: dict[str, RunRow] = {}
    for run in runs:
        other = known.setdefault(identity(run.spec), run)
        if other.name != run.name:
            places = " and ".join(str(store.holding(one.name).path) for one in (other, run))
            raise InputError(
                f"{other.name} and {run.name} are the same run, of which {places} each have a part or a copy: join "
                "them with `arena merge`, or leave one of the stores out"
            )


class _Several(Store):
    """Stores that are read as one; there is no writing to them."""

    def __init__(self, stores: Sequence[Store]) -> None:
        super().__init__(stores[0].database)
        self._stores = stores
        stems = [store.path.stem for store in stores]
        labels = stems if len(set(stems)) == len(stems) else [str(store.path) for store in stores]
        labelled = [(label, store, run) for label, store in zip(labels, stores, strict=True) for run in store.runs()]
        self._times = Counter(run.name for *_, run in labelled)
        self._runs: list[RunRow] = []
        self._holding: dict[str, tuple[Store, RunRow]] = {}
        for label, store, run in sorted(labelled, key=lambda one: _began(*one[1:])):
            name = run.name if self._times[run.name] == 1 else f"{label}:{run.name}"
            self._runs.append(replace(run, name=name))
            self._holding[name] = store, run

    @property
    def shown(self) -> str:
        return " or ".join(str(store.path) for store in self._stores)

    def close(self) -> None:
        with ExitStack() as stack:
            for store in self._stores:
                stack.callback(store.close)

    def holding(self, run: str) -> Database:
        return self._holding[run][0].database

    def writer_of(self, run: RunRow) -> int | None:
        store, known = self._holding[run.name]
        return store.writer_of(known)

    def runs(self) -> list[RunRow]:
        return list(self._runs)

    def run(self, name: str | None) -> RunRow:
        if name is not None and self._times[name] > 1:
            called = " or ".join(known for known, (_, run) in self._holding.items() if run.name == name)
            raise InputError(f"there is a run {name} in several of the stores: say which, as in {called}")
        return super().run(name)


def _began(store: Store, run: RunRow) -> datetime:
    with store.database.guard(), decoding():
        return run.began
