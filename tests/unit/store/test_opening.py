"""What can be opened as a store, and the sentence for each thing that can't."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.errors import InputError, StoreError
from arena.store import RunSpec, Store, database
from tests.support.small_run import refusal


def test_a_new_store_is_arenas_own_in_wal_mode(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c %20.db"
    Store.open(path, create=True).close()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    with sqlite3.connect(path) as connection:
        read = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        assert read == [database.APPLICATION_ID, database.SCHEMA]
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()


@pytest.mark.parametrize("create", [True, False])
def test_an_empty_file_is_a_new_store(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    with Store.open(path, create=create) as store:
        assert store.runs() == []
        with pytest.raises(InputError, match="holds no run yet"):
            store.run(None)


def test_reading_makes_no_file(tmp_path: Path) -> None:
    assert "there is no store" in refusal(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_what_is_no_file_is_refused(tmp_path: Path, create: bool) -> None:
    assert "is a folder" in refusal(tmp_path, create=create)
    os.mkfifo(tmp_path / "pipe")
    assert "isn't an ordinary file" in refusal(tmp_path / "pipe", create=create)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "make it first" in refusal(tmp_path / "none" / "arena.db", create=True)


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("content", [b"x", b"dear diary, " * 1000, b"\0" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes, create: bool) -> None:
    path = tmp_path / "diary.txt"
    path.write_bytes(content)
    assert "not a SQLite database" in refusal(path, create=create)
    assert path.read_bytes() == content


@pytest.mark.parametrize("create", [True, False])
def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY)")
    connection.close()
    before = path.read_bytes()
    assert "another program's database" in refusal(path, create=create)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("version", "sentence"), [(99, "newer Arena"), (0, "before Arena's first release")])
def test_another_schema_is_refused_with_the_reason(filled: Path, version: int, sentence: str) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    assert sentence in refusal(filled)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_truncated_store_is_damaged(filled: Path, kept: float) -> None:
    whole = filled.read_bytes()
    filled.write_bytes(whole[: int(len(whole) * kept)])
    with (
        pytest.raises(StoreError, match=r"is damaged \(.*\): put a good copy in its place"),
        Store.open(filled) as store,
    ):
        for run in store.runs():
            for cell in store.cells(run):
                store.rounds(cell, 3)
                list(store.prompts(cell))


def test_a_flipped_byte_in_the_schema_is_damage(filled: Path) -> None:
    flipped = bytearray(filled.read_bytes())
    flipped[flipped.index(b"UNIQUE (run, position") + 13] ^= 0x80  # SQLite's own message is then no text
    filled.write_bytes(flipped)
    with pytest.raises(StoreError, match="is damaged"), Store.open(filled) as store:
        store.runs()


def test_a_run_whose_cells_are_others_is_damage(filled: Path, make_spec: Callable[..., RunSpec]) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("UPDATE cells SET key = 'x' || key")
    connection.close()
    with Store.open(filled) as store, pytest.raises(StoreError, match="is damaged"):
        store.begin(make_spec(size=200, rounds=1))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE runs SET models = 'no json'",
        "UPDATE runs SET seed = 'no number'",
        "UPDATE rounds SET policy = X'00'",
        "UPDATE prompts SET top_logprobs = X''",
        "UPDATE prompts SET seat = 'nobody'",
    ],
)
def test_rows_that_make_no_sense_are_damage(filled: Path, damage: str) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(damage)
    connection.close()
    with Store.open(filled) as store, pytest.raises(StoreError, match="is damaged"):
        _, cell = store.cells(store.run(None))
        store.rounds(cell, 3)
        list(store.prompts(cell))


def test_a_locked_store_is_refused(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(filled, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert "locked by another program" in refusal(filled, create=True)
        with Store.open(filled) as store:  # readers don't wait for writers
            assert len(store.runs()) == 1
    finally:
        other.close()
