"""Stores of an older Arena open, say the same, and go on where they were; what is drawn anew is the same too."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import math
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from arena.store.database import SCHEMA
from tests.support.commands import SMOLLM2, arena

OLDER: Final = Path(__file__).with_name("older_stores")
COMMANDS: Final = (
    "tournament --subject uniform --subject mix:rock=0.5,paper=0.3,scissors=0.2 --subject fixed:rock"
    " --opponent greedy --opponent uniform --games 30 --rounds 10 --seed 0",
    "tournament --subject uniform --subject mix:bathroom=0.6,closet=0.4 --game hide-and-seek"
    " --games 20 --rounds 5 --seed 7",
    "tournament --subject uniform --game matching-pennies --opponent mix:heads=0.7,tails=0.3"
    " --games 20 --rounds 5 --seed 9223372036854775807",
    "numbers --subject uniform --subject mix:3=0.5,7=0.5 --subject fixed:7 --n 200 --seed 0",
    "letters --subject uniform --n 100 --seed 3",
    "sequences --subject uniform --n 60 --seed 1",
)
# of `arena export --to csv --all`, made by the code before
ADDED: Final = ("move_index", "reply_index", "moves")  # columns of exported rounds
EXPORTED: Final = {
    "bots": {
        "rounds": "ff85098f325dc67d6349ec919ae095436a9c50436a1d84e18099d9d9d4f66dd5",
        "answers": "ded0c61358e25f8d96d13c5a985e08e348684c7f072a77305108b45f5eae91e0",
    },
    "open": {"rounds": "08b80fe59ea38deee03136ba2a5af47a8643fcda5849df0ad0766c688f419e96"},
    "model": {
        "rounds": "a887ac3ba89da8480b18c92b1b81d5ddd23941aa189c30af68e0d3a81495ced4",
        "answers": "6cdd6e80de2ef6bc6b7b4cc1fca5f6920f7fc59609c4775ba4c18c0a93957cd0",
        "prompts": "1881ea2f3981eeb42db067b5fd61d0c1d29d527ec17a9d6af449bb97cbe394be",
    },
}
OPEN: Final = "tournament --subject uniform --opponent greedy --games 1200 --rounds 3 --seed 5"


def older(name: str, folder: Path) -> Path:
    """A copy of an older store."""
    path = folder / f"{name}.db"
    path.write_bytes(gzip.decompress((OLDER / f"{name}.db.gz").read_bytes()))
    return path


def schema(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def exported(store: Path, out: Path) -> dict[str, str]:
    """The hashes of the tables, without the columns that they didn't have then."""
    arena("export", "--store", store, "--to", "csv", "--out", out, "--all")
    return {path.stem: hashlib.sha256(_as_then(path)).hexdigest() for path in out.iterdir()}


def _as_then(file: Path) -> bytes:
    with file.open(newline="") as read:
        table = csv.DictReader(read)
        rows = list(table)
    written = io.StringIO()
    names = [name for name in table.fieldnames or () if name not in ADDED]
    writer = csv.DictWriter(written, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def run(command: str, store: Path) -> Any:
    return json.loads(arena(*shlex.split(command), "--store", store, "--display", "none", "--json").stdout)


def as_then(found: Any, then: Any) -> Any:
    """A document without the keys that it didn't have then: newer Arenas say more. Processors differ in how they sum, so
    a number that agrees to nine digits is taken as the same."""
    if isinstance(found, dict) and isinstance(then, dict):
        return {key: as_then(value, then[key]) for key, value in found.items() if key in then}
    if isinstance(found, list) and isinstance(then, list) and len(found) == len(then):
        return [as_then(one, other) for one, other in zip(found, then, strict=True)]
    if isinstance(found, float) and isinstance(then, float) and math.isclose(found, then, rel_tol=1e-9, abs_tol=1e-9):
        return then
    return found


def test_the_same_commands_draw_the_same(tmp_path: Path) -> None:
    for command in COMMANDS:
        run(command, tmp_path / "new.db")
    assert schema(tmp_path / "new.db") == SCHEMA
    assert exported(tmp_path / "new.db", tmp_path / "out").items() >= EXPORTED["bots"].items()


@pytest.mark.parametrize("name", EXPORTED)
def test_an_older_store_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    path = older(name, tmp_path)
    before = path.read_bytes()
    assert exported(path, tmp_path / "out").items() >= EXPORTED[name].items()
    reported = json.loads(gzip.decompress((OLDER / "cells.json.gz").read_bytes()))[name]
    for found, cells in reported.items():
        document = json.loads(arena("report", "--store", path, "--run", found, "--format", "json").stdout)
        assert as_then(document["cells"], cells) == cells
    names = [run["run"] for run in json.loads(arena("runs", "--store", path, "--json").stdout)["runs"]]
    assert names == list(reported) and path.read_bytes() == before


def test_older_runs_of_bots_are_finished_and_can_be_extended(tmp_path: Path) -> None:
    path = older("bots", tmp_path)
    found = [run(command, path)["run"] for command in COMMANDS]
    assert [name.rpartition("-")[2] for name in found] == list("123456") and schema(path) == SCHEMA
    assert exported(path, tmp_path / "out").items() >= EXPORTED["bots"].items()
    longer = [command.replace("--games 30", "--games 40").replace("--n 60", "--n 80") for command in COMMANDS]
    assert [run(command, path)["run"] for command in longer] == found
    for command in longer:
        run(command, tmp_path / "new.db")
    assert exported(path, tmp_path / "longer") == exported(tmp_path / "new.db", tmp_path / "new")


def test_an_older_run_that_was_killed_goes_on(tmp_path: Path) -> None:
    path = older("open", tmp_path)
    run(OPEN, path)
    run(OPEN, tmp_path / "new.db")
    assert exported(path, tmp_path / "out") == exported(tmp_path / "new.db", tmp_path / "new")
    (only,) = json.loads(arena("runs", "--store", path, "--json").stdout)["runs"]
    assert only["done"] == 1200 and only["state"] == "finished"


@pytest.mark.model
def test_older_runs_of_a_model_go_on(tmp_path: Path) -> None:
    path = older("model", tmp_path)
    more = f"tournament --subject llm:{SMOLLM2} --games 5 --rounds 3 --seed 2"
    numbers = f"numbers --model {SMOLLM2} --n 12 --seed 2"
    assert [run(command, path)["run"].rpartition("-")[2] for command in (more, numbers)] == ["1", "2"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM rounds WHERE match < 4").fetchone()[0] == 4 * 3
    assert exported(path, tmp_path / "out")["answers"] == EXPORTED["model"]["answers"]


@pytest.mark.parametrize("name", EXPORTED)
def test_an_older_store_is_merged_as_it_is(tmp_path: Path, name: str) -> None:
    path = older(name, tmp_path)
    before = path.read_bytes()
    arena("merge", path, "--into", tmp_path / "new.db")
    assert path.read_bytes() == before and schema(tmp_path / "new.db") == SCHEMA
    assert exported(tmp_path / "new.db", tmp_path / "out").items() >= EXPORTED[name].items()
    reported = json.loads(gzip.decompress((OLDER / "cells.json.gz").read_bytes()))[name]
    for found, cells in reported.items():
        document = json.loads(
            arena("report", "--store", tmp_path / "new.db", "--run", found, "--format", "json").stdout
        )
        assert as_then(document["cells"], cells) == cells


def test_a_store_of_the_first_schema_is_merged(tmp_path: Path) -> None:
    path = older("open", tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for change in ("DROP TABLE answers", "DROP TABLE findings", "PRAGMA user_version = 1"):
            connection.execute(change)
    arena("merge", path, "--into", tmp_path / "new.db")
    assert exported(tmp_path / "new.db", tmp_path / "out").items() >= EXPORTED["open"].items()


@pytest.mark.parametrize("into_older", [False, True])
def test_an_older_run_is_joined_with_a_part_of_today(tmp_path: Path, into_older: bool) -> None:
    path, part = older("open", tmp_path), tmp_path / "part.db"
    run(f"{OPEN} --matches 601-1200", part)
    into = path if into_older else tmp_path / "new.db"
    arena("merge", part, *([] if into_older else [path]), "--into", into)
    (only,) = json.loads(arena("runs", "--store", into, "--json").stdout)["runs"]
    assert only["state"] == "stopped" and 600 <= only["done"] < 1200
    run(OPEN, into)
    run(OPEN, tmp_path / "whole.db")
    assert exported(into, tmp_path / "out") == exported(tmp_path / "whole.db", tmp_path / "whole")
