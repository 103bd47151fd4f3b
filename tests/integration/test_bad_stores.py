"""What is wrong with a store or the place of what is written: exit code 5 and a sentence, and nothing is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from arena.errors import ExitCode
from tests.integration.conftest import Mount
from tests.support.commands import (
    UNIFORM,
    arena,
    begun,
    check_whole,
    complaint,
    count_rounds,
    exported,
    last_words,
    wait_for,
)

USAGE, INPUT, STORE = ExitCode.USAGE, ExitCode.INPUT, ExitCode.STORE
MANY = (*UNIFORM, "--games", "12000")  # a few seconds' work, and some 6 MB of store


def another_programs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()


def text_file(path: Path) -> None:
    path.write_text("Dear diary, today I lost again.\n" * 50)


def short_file(path: Path) -> None:
    path.write_text("Dear diary")


def damaged(path: Path) -> None:
    arena(*UNIFORM, "--games", "200", "--store", path)
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))


def newer(path: Path) -> None:
    arena(*UNIFORM, "--games", "2", "--store", path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (another_programs, "another program's"),
        (text_file, "not a SQLite database"),
        (short_file, "not a SQLite database"),
        (damaged, "damaged"),
        (newer, "newer Arena"),
        (folder, "is a folder"),
        (pipe, "isn't an ordinary file"),
    ],
)
def test_stores(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    store = tmp_path / "arena.db"
    make(store)
    before = store.read_bytes() if store.is_file() else None
    for command in (UNIFORM, ("report",), ("runs",), ("prompts",), ("export", "--to", "csv", "--out", tmp_path)):
        assert says in complaint(*command, "--store", store, code=STORE)
    if before is not None:
        assert store.read_bytes() == before


@pytest.mark.parametrize("name", ["no/such/folder/arena.db", "x" * 300, "file/arena.db"])
def test_places_that_are_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    for command in (UNIFORM, ("report",)):
        complaint(*command, "--store", tmp_path / name, code=STORE)


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"
    assert "no store" in complaint("report", "--store", store, code=STORE)
    assert not store.exists()
    arena(*UNIFORM, "--games", "2", "--store", store)
    for command in (("report",), ("prompts",), ("export", "--to", "csv", "--out", tmp_path)):
        assert "no-such-run" in complaint(*command, "--store", store, "--run", "no-such-run", code=INPUT)


def test_a_place_that_cannot_be_written(mount: Mount, remount: Callable[[Path, str], None], tmp_path: Path) -> None:
    place = mount("size=4m")
    arena(*UNIFORM, "--games", "20", "--store", place / "arena.db")
    remount(place, "ro")
    for store in ("arena.db", "new.db"):
        complaint(*UNIFORM, "--games", "40", "--store", place / store, code=STORE)
    # to read is still possible; to write beside it isn't
    assert arena("report", "--store", place / "arena.db", "--format", "csv").stdout
    assert exported(place / "arena.db", tmp_path / "out").count(b"\n") == 201
    for command in (("report",), ("export", "--to", "csv")):
        refused = arena(*command, "--store", place / "arena.db", "--out", place / "out", code=STORE)
        assert "can't be written" in last_words(refused.stderr, STORE)


def test_an_out_that_is_a_file(tmp_path: Path) -> None:
    store, out = tmp_path / "arena.db", tmp_path / "out"
    arena(*UNIFORM, "--games", "2", "--store", store)
    out.touch()
    assert "in the way" in complaint("export", "--to", "csv", "--store", store, "--out", out, code=STORE)
    assert "out" in complaint("report", "--store", store, "--out", out, code=USAGE)


@pytest.mark.long
@pytest.mark.parametrize("size", ["1m", "6m"])  # too small for the first half second, and for all of it
def test_a_full_disk(mount: Mount, remount: Callable[[Path, str], None], tmp_path: Path, size: str) -> None:
    place = mount(f"size={size}")
    store = place / "arena.db"
    refused = arena(*MANY, "--store", store, "--display", "none", code=STORE)
    assert refused.stdout == ""
    assert "full" in last_words(refused.stderr, STORE)
    kept = count_rounds(store)
    assert kept or size == "1m"
    check_whole(store)
    # what was written can be read, full as the disk is
    assert "stopped" in arena("runs", "--store", store).stdout
    if kept:
        assert "uniform" in arena("report", "--store", store, "--format", "csv").stdout
    out = tmp_path / "out"
    arena("export", "--store", store, "--to", "csv", "--out", out, "--all")
    assert (out / "rounds.csv").read_bytes().count(b"\n") == 1 + kept
    # and with more room the same command goes on
    if kept:
        remount(place, "size=200m")
        arena(*MANY, "--store", store)
        check_whole(store, 12_000, 10)


def test_a_full_disk_for_what_is_read(mount: Mount, tmp_path: Path) -> None:
    store, place = tmp_path / "arena.db", mount("size=16k")
    arena(*UNIFORM, "--games", "200", "--store", store)
    for command in (("report",), ("export", "--to", "csv"), ("export", "--to", "parquet"), ("export", "--to", "jsonl")):
        assert "full" in complaint(*command, "--store", store, "--out", place / "out", code=STORE)
    assert not list(place.glob("out/rounds*"))  # there whole, or not at all


def test_a_second_writer_to_one_run(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"
    command = (*UNIFORM, "--games", "100000", "--store", store)
    with begun(*command) as first:
        wait_for(lambda: count_rounds(store), first)
        assert f"process {first.pid}" in complaint(*command, code=STORE)
        arena("runs", "--store", store)  # to read is no harm
        arena(*UNIFORM, "--games", "5", "--seed", "1", "--store", store)  # and neither is another run
        first.send_signal(signal.SIGINT)
        _, stderr = first.communicate()
        assert first.returncode == ExitCode.INTERRUPTED, stderr
    check_whole(store)
