"""A kind of run that a package brings is compared by the measures that it brings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from arena.errors import InputError
from arena.reports.compare.comparison import compare
from arena.reports.compare.kind import Kind, Measure
from arena.reports.runs import Runs
from arena.reports.settings import Settings, settings_of
from arena.stats.comparing import Sample, apart
from arena.store import CellRow, CellSpec, RunRow, Store
from tests.support.played import run_row

NOTE = "Spots are counted."
SIX = CellSpec("six", "dice:6", "", "dice")
RUNS = [run_row(SIX, experiment="dice", name=name, seed=seed) for seed, name in enumerate(("one", "two"))]


@dataclass(frozen=True)
class Thrown:
    cell: CellRow
    spots: tuple[int, ...]
    settings: Settings

    def to_json(self) -> dict[str, Any]:
        return {"spots": self.spots}


def read(store: Store, run: RunRow) -> Runs[Thrown]:
    cells = tuple(
        Thrown(CellRow(1, cell, 3, 0, 0.0), (run.spec.seed, 4, 5), settings_of(run, cell)) for cell in run.spec.cells
    )
    return Runs((run,), cells, {})


DICE = Kind(
    unit="throws",
    measures={"spots": Measure("spots per throw", 2, note=NOTE), "sides": Measure("sides", 0, exact=True)},
    read=read,
    title=lambda cell: "a die",
    uncounted=lambda found: ["one fell off the table."],
    compare=lambda one, two, same: {
        "spots": apart(*(Sample(np.array(side.spots, float), np.arange(3), (1.0, 6.0)) for side in (one, two)))
    },
)


@pytest.fixture
def bring(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Makes something what a package calls its kind "dice"."""

    def brought(kind: Any) -> None:
        module = ModuleType("dice_comparisons")
        module.kind = kind  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "dice_comparisons", module)
        point = EntryPoint("dice", "dice_comparisons:kind", "arena.comparisons")
        monkeypatch.setattr("arena.plugins._points", lambda group, path: (point,) if group == point.group else ())

    return brought


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "arena.db", create=True)


def test_a_package_s_runs_are_compared_by_its_measures(bring: Callable[[Any], None], store: Store) -> None:
    bring(DICE)
    found = compare(store, *RUNS)
    settings, results = found.tables
    assert [row.name for row in settings.rows] == ["seed"]
    assert results.title == "a die: dice:6 (3 and 3 throws)"
    assert [(row.name, row.text(results.columns[2])) for row in results.rows] == [("spots per throw", "0.33")]
    assert NOTE in found.notes and "Run one: one fell off the table." in found.notes
    assert found.to_json()["cells"][0]["measures"]["spots"]["sizes"] == [3, 3]


def test_a_kind_that_nobody_brings_is_refused_by_name(store: Store) -> None:
    with pytest.raises(InputError, match="'dice' can't be compared, only those of numbers and tournament"):
        compare(store, *RUNS)


def test_a_package_that_fails_is_named(bring: Callable[[Any], None], store: Store) -> None:
    bring("no kind")
    with pytest.raises(InputError, match="is not a Kind but 'no kind'"):
        compare(store, *RUNS)
    bring(Kind("throws", {}, lambda store, run: 1 // 0, str, str, DICE.compare))  # type: ignore[arg-type,return-value]
    with pytest.raises(InputError, match="the comparison 'dice', which dice_comparisons:kind brings, fails: ZeroDiv"):
        compare(store, *RUNS)
