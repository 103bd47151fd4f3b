"""Several stores read as one: what is said of a run doesn't depend on which of them has it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from arena.errors import InputError, StoreError, UsageError
from arena.reports.registry import reports_of
from arena.store import Store
from arena.store.export import export
from arena.store.merging import merge
from arena.store.several import check_apart, open_all
from tests.support.filled import fill

DAY = "2026-11-23-1"


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Two stores with a run each, both of one name; the first one's was begun later."""
    found = [tmp_path / "rig.db", tmp_path / "laptop.db"]
    for path, hour in zip(found, (12, 11), strict=True):
        fill(path, finished={12: 50, 11: 25}[hour], seed=hour)
        rename(path, DAY, f"2026-11-23T{hour}:00:00+01:00")
    return found


def rename(path: Path, name: str, created: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET name = ?, created = ?", (name, created))


def test_runs_of_one_name_are_told_apart_by_their_stores(paths: list[Path]) -> None:
    with open_all(paths) as store:
        assert [run.name for run in store.runs()] == [f"laptop:{DAY}", f"rig:{DAY}"]  # the oldest first
        assert store.run(None).name == f"rig:{DAY}" and store.run(f"laptop:{DAY}").spec.seed == 11
        with pytest.raises(InputError, match=f"as in laptop:{DAY} or rig:{DAY}"):
            store.run(DAY)
        with pytest.raises(InputError, match=f"no run 'x' in {paths[0]} or {paths[1]}"):
            store.run("x")
    rename(paths[0], "2026-11-23-2", "2026-11-23T12:00:00+01:00")
    with open_all(paths) as store:
        assert [run.name for run in store.runs()] == [DAY, "2026-11-23-2"]


def test_stores_that_are_called_alike_go_by_their_paths(tmp_path: Path, paths: list[Path]) -> None:
    alike = []
    for path in paths:
        alike.append(tmp_path / path.stem / "arena.db")
        alike[-1].parent.mkdir()
        path.rename(alike[-1])
    with open_all(alike) as store:
        assert {run.name for run in store.runs()} == {f"{path}:{DAY}" for path in alike}


def test_every_number_is_that_of_the_run_s_own_store(paths: list[Path]) -> None:
    alone = []
    for path in reversed(paths):
        with Store.open(path) as store:
            (cell,) = reports_of(store, store.runs())[0].to_json()["cells"]
            cell["settings"]["run"] = f"{path.stem}:{DAY}"
            alone.append(cell)
    with open_all(paths) as store:
        (report,) = reports_of(store, store.runs())
        assert report.to_json()["cells"] == alone
        assert [cell["matches"] for cell in alone] == [25, 50]
        for run in store.runs():
            (cell,) = store.cells(run)
            last = store.matches(cell)[-1].number
            assert store.match(cell, last) and store.writer_of(run) is None


def test_an_export_is_that_of_the_merged_store(tmp_path: Path, paths: list[Path]) -> None:
    merge(paths, tmp_path / "merged.db")
    for name, of in (("several", paths), ("merged", [tmp_path / "merged.db"])):
        with open_all(of) as store:
            assert export(store, tmp_path / name, "csv", unfinished=True).counts["rounds"] > 150
    for file in (tmp_path / "merged").iterdir():
        assert file.read_bytes() == (tmp_path / "several" / file.name).read_bytes()


def test_two_halves_of_a_run_are_not_set_side_by_side(tmp_path: Path, paths: list[Path]) -> None:
    shutil.copy(paths[0], tmp_path / "copy.db")
    with open_all([*paths, tmp_path / "copy.db"]) as store:
        with pytest.raises(InputError, match=f"rig:{DAY} and copy:{DAY} are the same run.*arena merge"):
            check_apart(store, store.runs())
        check_apart(store, [run for run in store.runs() if not run.name.startswith("copy")])


def test_a_store_that_cannot_be_used_is_named(tmp_path: Path, paths: list[Path]) -> None:
    with pytest.raises(UsageError, match="are the same file"):
        open_all([*paths, tmp_path / "." / "rig.db"])
    with pytest.raises(StoreError, match="there is no store"):
        open_all([*paths, tmp_path / "none.db"])
    for change in ("UPDATE rounds SET policy = x'0000' WHERE match = 3", "UPDATE runs SET created = 'noon'"):
        with closing(sqlite3.connect(paths[1])) as connection, connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(change)
        with pytest.raises(StoreError, match=f"the store {paths[1]} is damaged"), open_all(paths) as store:
            export(store, tmp_path / "out", "csv")
