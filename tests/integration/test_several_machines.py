"""A tournament of bots in parts, as on several machines: merged, it is the one that was played in one piece."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from arena.errors import ExitCode
from tests.support.commands import arena, begun, check_whole, complaint, count_rounds, exported, kill_group, wait_for

BOTS = (
    "tournament", "--subject", "uniform", "--subject", "mix:rock=0.5,paper=0.3,scissors=0.2",
    "--opponent", "greedy", "--opponent", "uniform", "--games", "120", "--rounds", "5", "--seed", "3",
)  # fmt: skip


def play(store: Path, matches: str = "", *more: str) -> str:
    """Play the run, or a part of it; what is said on the way."""
    return arena(*BOTS, *(("--matches", matches) if matches else ()), *more, "--store", store).stderr


def report(*stores: Path, form: str = "json") -> str:
    given = [part for store in stores for part in ("--store", str(store))]
    return arena("report", *given, "--format", form).stdout


def timeless(text: str) -> str:
    """A report without the run's name, its commands, and what a clock said."""
    dates = r"\d{4}-\d\d-\d\d(?:-\d+|T[\d:+-]+)"
    return re.sub(rf'{dates}|("seconds": )[\d.e-]+|("commands": )\[[^]]*\]', r"\1\2", text)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.db"
    play(path)
    return path


def test_two_halves_are_the_whole_byte_for_byte(tmp_path: Path, whole: Path) -> None:
    a, b, merged = tmp_path / "a.db", tmp_path / "b.db", tmp_path / "merged.db"
    play(a, "1-60")
    play(b, "61-120")
    said = arena("merge", b, a, "--into", merged)
    assert said.stdout == "" and "finished: from" in said.stderr and f"all is in {merged}" in said.stderr
    check_whole(merged, 120, 5)
    exported(merged, tmp_path / "merged")
    exported(whole, tmp_path / "whole")
    for file in (tmp_path / "whole").iterdir():
        assert file.read_bytes() == (tmp_path / "merged" / file.name).read_bytes()
    for form in ("json", "md", "tex", "csv"):
        assert timeless(report(merged, form=form)) == timeless(report(whole, form=form))
    again = arena(*BOTS, "--store", merged).stderr
    assert "finished before" in again and "to go" not in again


def test_a_part_says_that_it_is_one(tmp_path: Path) -> None:
    store, out = tmp_path / "part.db", tmp_path / "out"
    first = arena(*BOTS, "--matches", "1-50", "--store", store)
    assert "only matches 1 to 50 of 120 are played" in first.stderr and "250 rounds to go" in first.stderr
    assert "matches 1 to 50 of 120" in first.stdout
    later = arena(*BOTS, "--matches", "61-120", "--store", tmp_path / "later.db", "--out", out)
    assert later.stdout == "" and "first 25 matches" in later.stderr and "`arena merge`" in later.stderr
    assert not out.exists()
    document = json.loads(arena(*BOTS, "--matches", "61-120", "--store", tmp_path / "later.db", "--json").stdout)
    assert [cell["counted_matches"] for cell in document["cells"]] == [0] * 4
    (run,) = json.loads(arena("runs", "--store", store, "--json").stdout)["runs"]
    assert (run["state"], run["size"], run["done"]) == ("stopped", 120, 200)
    assert "counted yet" in complaint("report", "--store", tmp_path / "later.db", code=ExitCode.INPUT)


@pytest.mark.parametrize(
    ("matches", "says"),
    [("0-5", "there are 120 games"), ("7-6", "there are 120 games"), ("100-121", "there are 120 games"),
     ("5", "as in 1-250"), ("1-x", "as in 1-250"), ("-1-5", "as in 1-250"), ("1-9999999999", "as in 1-250")],
)  # fmt: skip
def test_matches_that_cannot_be(tmp_path: Path, matches: str, says: str) -> None:
    said = complaint(*BOTS, f"--matches={matches}", "--store", tmp_path / "none.db", code=ExitCode.USAGE)
    assert says in said and "--matches" in said and not (tmp_path / "none.db").exists()


def test_a_suite_may_play_a_part(tmp_path: Path) -> None:
    suite = tmp_path / "suite.toml"
    suite.write_text('title = "A part"\nsubjects = ["uniform"]\n[[tournament]]\nmatches = 60\nspan = [31, 60]\n')
    done = arena("run", suite, "--store", tmp_path / "arena.db")
    assert "only matches 31 to 60 of 60 are played" in done.stderr and "`arena merge`" in done.stderr
    suite.write_text(suite.read_text().replace("[31, 60]", "[31]"))
    assert "span" in complaint("run", suite, "--store", tmp_path / "arena.db", code=ExitCode.INPUT)


def test_a_run_that_another_process_writes_is_refused(tmp_path: Path, whole: Path) -> None:
    busy = tmp_path / "busy.db"
    many = ("50000" if word == "120" else word for word in BOTS)
    with begun(*many, "--store", busy) as process:
        wait_for(lambda: count_rounds(busy), process)
        said = complaint("merge", whole, busy, "--into", tmp_path / "into.db", code=ExitCode.STORE)
        assert f"in {busy} is being written by process {process.pid}" in said
        kill_group(process)
        process.wait()
    assert not (tmp_path / "into.db").exists()
    arena("merge", whole, busy, "--into", tmp_path / "into.db")
    check_whole(tmp_path / "into.db")


def test_what_contradicts_or_is_damaged_is_refused(tmp_path: Path, whole: Path) -> None:
    other, into = tmp_path / "other.db", tmp_path / "into.db"
    play(other, "1-60")
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE rounds SET reply = (reply + 1) % 3, outcome = 0 WHERE match = 9 AND number = 4")
    said = complaint("merge", whole, other, "--into", into, code=ExitCode.INPUT)
    assert f"{whole} and {other} contradict each other" in said and "match 10, round 4" in said
    content = other.read_bytes()
    other.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))
    assert f"{other} is damaged" in complaint("merge", whole, other, "--into", into, code=ExitCode.STORE)
    assert "into itself" in complaint("merge", whole, "--into", whole, code=ExitCode.USAGE)
    assert "Missing" in complaint("merge", "--into", into, code=ExitCode.USAGE)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "into"))] == []


def test_reports_and_exports_look_in_every_store(tmp_path: Path, whole: Path) -> None:
    other = tmp_path / "other.db"
    arena("tournament", "--subject", "fixed:rock", "--games", "5", "--rounds", "2", "--store", other)

    def cells(*given: object) -> list[dict[str, Any]]:
        found = arena("report", "--store", whole, "--store", other, *map(str, given), "--format", "json")
        return list(json.loads(found.stdout)["cells"])

    assert [cell["subject"] for cell in cells()] == ["fixed:rock"]  # the latest of all
    with closing(sqlite3.connect(other)) as connection:
        (name,) = connection.execute("SELECT name FROM runs").fetchone()
    assert len(cells("--run", f"whole:{name}", "--run", f"other:{name}")) == 5
    both = ("--store", whole, "--store", other)
    said = complaint("report", *both, "--run", name, code=ExitCode.INPUT)
    assert f"whole:{name} or other:{name}" in said
    arena("export", *both, "--to", "csv", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "rounds.csv").read_bytes().count(b"\n") == 1 + 4 * 120 * 5 + 5 * 2
    copy = tmp_path / "copy.db"
    arena("merge", whole, "--into", copy)
    said = complaint(
        "export", "--store", whole, "--store", copy, "--to", "csv", "--out", tmp_path / "no", code=ExitCode.INPUT
    )
    assert "the same run" in said and not (tmp_path / "no").exists()
