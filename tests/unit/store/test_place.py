"""A store's file that is pulled away under its writer: the writer says so, and what was written isn't lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import StoreError
from arena.store import Store
from tests.support.small_run import MakeRound, MakeSpec


def replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    os.replace(path.with_name("copy.db"), path)


PULLED: dict[str, Callable[[Path], object]] = {
    "was removed or renamed": lambda path: path.unlink(),
    "was removed": lambda path: path.rename(path.with_name("elsewhere.db")),
    "was replaced by another file": replaced,
}


def rounds_in(path: Path) -> list[int]:
    with Store.open(path) as store:
        _, cell = store.cells(store.run(None))
        return store.rounds(replace(cell, below=None), 3).match.tolist()


@pytest.mark.parametrize("happened", PULLED)
def test_a_file_that_is_pulled_away_is_told_and_what_was_in_it_saved(
    tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound, happened: str
) -> None:
    path, spec = tmp_path / "arena.db", make_spec(rounds=1)
    key = spec.cells[1].key
    saved = tmp_path / "arena.rescued.db"
    with (
        pytest.raises(StoreError, match=f"{happened}.*saved in {saved}"),
        Store.open(path, create=True) as store,
        store.begin(spec) as run,
    ):
        for match in range(4):
            if match == 2:
                run.flush()
                PULLED[happened](path)
            run.add_round(key, match, make_round(1))
            run.finish_match(key, match)
            if match == 2:
                with pytest.raises(StoreError, match=happened):
                    run.flush()
    assert rounds_in(saved) == [0, 1, 2, 3]
    assert not list(tmp_path.glob("*.rescued2.db"))
    shutil.move(saved, path)
    with Store.open(path, create=True) as store, store.begin(spec) as run:
        assert run.finished(key) == {0, 1, 2, 3}


def test_a_file_that_is_cut_short_is_told(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    path, spec = tmp_path / "arena.db", make_spec()
    with (
        pytest.raises(StoreError, match="was cut short while it was being written"),
        Store.open(path, create=True) as store,
        store.begin(spec) as run,
    ):
        os.truncate(path, 512)
        run.add_round(spec.cells[1].key, 0, make_round(1))
    assert [entry.name for entry in tmp_path.iterdir() if "part" in entry.name or "lock" in entry.name] == []


def test_a_store_with_two_names_is_not_written(tmp_path: Path, make_spec: MakeSpec) -> None:
    path, other = tmp_path / "arena.db", tmp_path / "other.db"
    with Store.open(path, create=True) as store:
        store.begin(make_spec()).close()
    os.link(path, other)
    for name in (path, other):
        with pytest.raises(StoreError, match=r"has 2 names \(hard links\)"):
            Store.open(name, create=True)
        with Store.open(name) as store:
            assert len(store.runs()) == 1  # reading it is no harm
    other.unlink()
    Store.open(path, create=True).close()
