"""What has to be known of a kind of run to compare two of it: its measures, and how two cells are compared by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from arena.reports.runs import Runs
from arena.stats.comparing import Comparison
from arena.store.rows import RunRow
from arena.store.store import Store


@dataclass(frozen=True, slots=True)
class Measure:
    """What two cells are compared by: its name and how many digits people see. An `exact` one is computed, not
    estimated, so that its difference has no interval; `note` is what people must know to read it."""

    name: str
    digits: int
    exact: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of run. `unit` is what its cells consist of, in the plural; `uncounted` says in sentences what of a run
    isn't counted. `compare` gives those of the `measures`, by key, that two cells have; its last argument says whether
    units of one number had the same draws."""

    unit: str
    measures: Mapping[str, Measure]
    read: Callable[[Store, RunRow], Runs[Any]]
    title: Callable[[Any], str]
    uncounted: Callable[[Any], Iterable[str]]
    compare: Callable[[Any, Any, bool], Mapping[str, Comparison]]
