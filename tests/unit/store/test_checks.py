"""A store's values are not believed: what can't have been played is refused, by the file and on reading."""

from __future__ import annotations

import re
import sqlite3
import struct
from importlib.resources import files
from pathlib import Path

import pytest

from arena.errors import StoreError
from arena.records import Answer, Sample
from arena.store import CellSpec, Store
from arena.store.codec import run_key
from arena.store.rows import Unit
from tests.support.small_run import MakeRound, MakeSpec
from tests.support.specs import numbers_run

CELL = "llm:m in rps"


def packed(*numbers: float) -> str:
    return f"X'{struct.pack(f'<{len(numbers)}d', *numbers).hex()}'"


@pytest.fixture
def path(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> Path:
    """A store with three matches of two rounds, and a fourth that is open."""
    path, spec = tmp_path / "arena.db", make_spec(size=3, rounds=2)
    with Store.open(path, create=True) as store, store.begin(spec) as run:
        key = spec.cells[1].key
        for match in range(4):
            for number in (1, 2) if match < 3 else (1,):
                run.add_round(key, match, make_round(number))
            if match < 3:
                run.finish_match(key, match)
    return path


def change(path: Path, statement: str, *, checked: bool = False) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"PRAGMA ignore_check_constraints = {'OFF' if checked else 'ON'}")
        connection.execute(statement)
    connection.close()


def read(path: Path) -> None:
    with Store.open(path) as store:
        for run in store.runs():
            for cell in store.cells(run):
                if run.spec.unit is Unit.ANSWER:
                    store.answers(cell)
                    store.findings(cell)
                else:
                    store.rounds(cell, 3)
                list(store.prompts(cell))


AT = "WHERE match = 1 AND number = 2"
ROUNDS = [
    (f"UPDATE rounds SET outcome = 0 {AT}", "the outcome is not that of the moves"),
    (f"UPDATE rounds SET move = 7 {AT}", "rps has no such move"),
    (f"UPDATE rounds SET reply = 3 {AT}", "rps has no such reply"),
    (f"UPDATE rounds SET policy = {packed(10, 10, -10)} {AT}", "the policy isn't a distribution"),
    (f"UPDATE rounds SET policy = {packed(0.5, 0.5, 0.5)} {AT}", "the policy isn't a distribution"),
    (f"UPDATE rounds SET policy = {packed(1.5, -0.25, -0.25)} {AT}", "the policy isn't a distribution"),
    (f"UPDATE rounds SET policy = {packed(float('inf'), float('-inf'), 1)} {AT}", "the policy isn't a distribution"),
    (f"UPDATE rounds SET policy = NULL {AT}", "the policy isn't a distribution"),
    ("DELETE FROM rounds WHERE match = 1 AND number = 1", "the round before is missing"),
    (f"UPDATE rounds SET number = 3 {AT}", "the round before is missing"),
]
CHECKED = [  # a new store refuses these itself
    (f"UPDATE rounds SET outcome = 5 {AT}", "the outcome is not that of the moves"),
    (f"UPDATE rounds SET move = -1 {AT}", "rps has no such move"),
    (f"UPDATE rounds SET mass = 7 {AT}", "the mass isn't a probability"),
    (f"UPDATE rounds SET mass = -1 {AT}", "the mass isn't a probability"),
    (f"UPDATE rounds SET loose_mass = 9e999 {AT}", "the loose mass isn't a probability"),
    (f"UPDATE rounds SET drawn = 1, invalid = 2 {AT}", "more answers were refused than drawn"),
    (f"UPDATE rounds SET invalid = -1 {AT}", "more answers were refused than drawn"),
]
WITHOUT_PLACE = [
    (f"UPDATE rounds SET policy = {packed(float('nan'), 0.5, 0.5)} {AT}", "a policy that isn't made of numbers"),
    (f"UPDATE rounds SET policy = {packed(0.5, 0.5)} {AT}", "a policy that isn't over 3 moves"),
    ("DELETE FROM rounds WHERE match = 1", "a match that counts has no rounds"),
    ("UPDATE prompts SET tokens = X'ffffffff'", "a token -1"),
    (
        f"UPDATE prompts SET top_tokens = X'07000000', top_logprobs = {packed(3)}",
        "a logarithm of a probability above 0",
    ),
    ("UPDATE runs SET models = '[]'", "isn't a JSON object"),
    ("UPDATE runs SET manifest = '{\"a\": NaN}'", "NaN isn't a number"),
    ("UPDATE runs SET size = 'many'", "'many'"),
    ("UPDATE cells SET seconds = 9e999", "the seconds of a cell aren't a time"),
    ("UPDATE cells SET what = X'00'", "names aren't text"),
    (f"UPDATE rounds SET drawn = 1.5 {AT}", "column drawn contains something other than whole numbers"),
]


@pytest.mark.parametrize(("statement", "what"), ROUNDS + CHECKED)
def test_rounds_that_cannot_have_been_played_are_refused_by_place(path: Path, statement: str, what: str) -> None:
    change(path, statement)
    with pytest.raises(StoreError, match=rf"is damaged \(run [\d-]+, {CELL}, match 1, round \d: {what}"):
        read(path)


@pytest.mark.parametrize(("statement", "what"), WITHOUT_PLACE)
def test_other_values_that_make_no_sense_are_refused(path: Path, statement: str, what: str) -> None:
    change(path, statement)
    with pytest.raises(StoreError, match=f"is damaged .*{re.escape(what)}"):
        read(path)


@pytest.mark.parametrize("statement", [statement for statement, _ in CHECKED])
def test_a_new_store_refuses_them_itself(path: Path, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
        change(path, statement, checked=True)
    read(path)


def test_a_store_without_checks_still_opens(path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("PRAGMA writable_schema = ON")
        for name, text in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql LIKE '%CHECK%'").fetchall():
            plain = re.sub(r" CHECK \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", "", text)
            assert "CHECK" not in plain
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (plain, name))
    connection.close()
    change(path, f"UPDATE rounds SET mass = 7 {AT}", checked=True)
    with Store.open(path, create=True) as store, store.begin(make_spec(size=3, rounds=2)) as run:
        run.add_round(make_spec().cells[1].key, 3, make_round(2))
    with pytest.raises(StoreError, match="the mass isn't a probability"):
        read(path)


@pytest.mark.parametrize(("statement", "what"), [*ROUNDS[:4], *CHECKED[1:3]])
def test_a_match_is_refused_too_where_it_is_replayed_or_gone_on_with(
    path: Path, make_spec: MakeSpec, statement: str, what: str
) -> None:
    change(path, statement)
    with Store.open(path) as store, pytest.raises(StoreError, match=f"match 1, round 2: {what}"):
        store.match(store.cells(store.run(None))[1], 1)
    change(path, statement.replace(AT, "WHERE match = 3"))
    spec = make_spec(size=3, rounds=2)
    with (
        Store.open(path, create=True) as store,
        store.begin(spec) as run,
        pytest.raises(StoreError, match=f"match 3, round 1: {what}"),
    ):
        run.open_matches(spec.cells[1].key)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE answers SET value = '[NaN]'",
        "UPDATE answers SET value = '[1'",
        "UPDATE answers SET tokens = X'feffffff'",
        "UPDATE findings SET found = '[[1, 2]]'",
    ],
)
def test_answers_and_findings_are_what_they_should_be(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "arena.db"
    spec = numbers_run([CellSpec("llm:m||integers", "llm:m", "", "integers")], 1)
    with Store.open(path, create=True) as store, store.begin(spec) as run:
        run.add_answer("llm:m||integers", 0, Answer(Sample("3", (1,), "eos"), (3,)))
        run.set_finding("llm:m||integers", "entropy", {"entropy": 3.0})
    read(path)
    change(path, statement)
    with pytest.raises(StoreError, match="is damaged"):
        read(path)


def test_a_run_whose_settings_lack_what_its_kind_needs_is_still_listed_and_named(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    with Store.open(path, create=True) as store:
        store.begin(numbers_run([CellSpec("llm:m||integers", "llm:m", "", "integers")], 1)).close()
    change(path, "UPDATE runs SET settings = '{\"a\": 1}'")
    with Store.open(path) as store:
        (run,) = store.runs()
        assert re.fullmatch("[0-9a-f]{16}", run_key(run.spec))


def test_the_schema_is_cut_at_semicolons_only_between_statements() -> None:
    statements = files("arena.store").joinpath("schema.sql").read_text(encoding="utf-8").split(";")
    assert all(sqlite3.complete_statement(f"{statement};") for statement in statements)


@pytest.mark.parametrize("seconds", ["X''", "'soon'", "NULL"])
def test_seconds_that_are_no_time_are_refused_where_a_run_goes_on(
    path: Path, make_spec: MakeSpec, seconds: str
) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("PRAGMA writable_schema = ON")
        sql = "SELECT sql FROM sqlite_master WHERE name = 'cells'"
        plain = re.sub(
            r"seconds REAL NOT NULL DEFAULT 0 CHECK \(.*\)", "seconds", connection.execute(sql).fetchone()[0]
        )
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'cells'", (plain,))
    connection.close()
    change(path, f"UPDATE cells SET seconds = {seconds}")
    with Store.open(path, create=True) as store, pytest.raises(StoreError, match="aren't a time"):
        store.begin(make_spec(size=3, rounds=2))
