"""Stores and exports on file systems that are full, too small or read-only: mounted in memory."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from arena.errors import StoreError
from arena.store import Store
from arena.store.export import export
from tests.integration.store.conftest import Mount
from tests.support.small_run import MakeRound, MakeSpec, refusal


def test_a_read_only_place_can_be_read_and_not_written(filled: Path, mount: Mount, make_spec: MakeSpec) -> None:
    folder = mount(filled.parent / "mounted", "size=8m")
    path = folder / "arena.db"
    path.write_bytes(filled.read_bytes())
    mount(folder, "remount,ro")
    assert "can't be written" in refusal(path, create=True)
    assert "can't be written" in refusal(folder / "new.db", create=True)
    with Store.open(path) as store:
        cell = store.cells(store.run(None))[1]
        assert len(store.rounds(cell, 3)) == 100
        with pytest.raises(StoreError, match="can't be written"):
            store.begin(make_spec())


def test_a_full_disk_keeps_what_was_saved(
    tmp_path: Path, mount: Mount, make_spec: MakeSpec, make_round: MakeRound
) -> None:
    folder = mount(tmp_path / "small", "size=1m")
    path = folder / "arena.db"
    spec = make_spec(size=1, rounds=1)
    key = spec.cells[1].key
    saved = 0
    with Store.open(path, create=True) as store:
        with pytest.raises(StoreError, match="is full: make room"), store.begin(spec) as writer:
            while True:
                writer.add_round(key, saved, make_round(1, prompt="long " * 1000 + str(saved)))
                writer.finish_match(key, saved)
                writer.flush()
                saved += 1
        assert saved > 10
        assert len(store.rounds(store.cells(store.run(None))[1], 3)) == saved
    with Store.open(path) as store:
        assert list(store.rounds(store.cells(store.run(None))[1], 3).match) == list(range(saved))


def test_a_store_that_does_not_fit_is_refused(tmp_path: Path, mount: Mount) -> None:
    folder = mount(tmp_path / "tiny", "size=8k")
    assert "full" in refusal(folder / "arena.db", create=True)


@pytest.mark.parametrize("to", ["csv", "jsonl", "parquet"])
def test_a_full_disk_leaves_the_old_files(
    tmp_path: Path, mount: Mount, make_spec: MakeSpec, make_round: MakeRound, to: str
) -> None:
    out = mount(tmp_path / "small", "size=64k")
    (out / f"rounds.{to}").write_text("old")
    spec = make_spec()
    with Store.open(tmp_path / "arena.db", create=True) as store:
        with store.begin(spec) as run:
            for match in range(1000):
                text = hashlib.sha512(str(match).encode()).hexdigest()
                run.add_round(spec.cells[1].key, match, make_round(1, text=text))
                run.finish_match(spec.cells[1].key, match)
        with pytest.raises(StoreError, match="the disk is full"):
            export(store, out, to)
    assert [entry.name for entry in out.iterdir()] == [f"rounds.{to}"]
    assert (out / f"rounds.{to}").read_text() == "old"


def test_a_read_only_folder_is_named(filled: Path, tmp_path: Path, mount: Mount) -> None:
    folder = mount(tmp_path / "fixed", "size=64k")
    mount(folder, "remount,ro")
    with Store.open(filled) as store:
        for out in (folder, folder / "out"):
            with pytest.raises(StoreError, match="can't be written"):
                export(store, out, "csv")
