"""What merging refuses, what it keeps, and that it leaves the stores alone that it reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arena.errors import ArenaError, InputError, StoreError, UsageError
from arena.records import Answer, Sample, TokenProbability
from arena.store import CellSpec, RunSpec, Store
from arena.store.merging import merge
from tests.support.small_run import MakeRound, MakeSpec
from tests.support.specs import numbers_run

Play = Callable[..., Path]


@pytest.fixture
def play(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> Play:
    """Makes a store with a run: of each match so many of its three rounds, whole ones being finished."""

    def write(name: str, matches: dict[int, int], say: Callable[[int], str] = str, **changes: Any) -> Path:
        spec = make_spec(**changes)
        with Store.open(tmp_path / name, create=True) as store, store.begin(spec) as writer:
            for match, rounds in matches.items():
                for number in range(1, rounds + 1):
                    writer.add_round(spec.cells[1].key, match, make_round(number, prompt=f"{say(match)} {number}"))
                if rounds == 3:
                    writer.finish_match(spec.cells[1].key, match)
            writer.add_seconds(spec.cells[1].key, 2.0)
        return tmp_path / name

    return write


@pytest.fixture(autouse=True)
def _sources_stay(tmp_path: Path) -> Iterator[None]:
    """Nothing is left beside the stores, whatever was refused."""
    yield
    assert not [path.name for path in tmp_path.iterdir() if not path.name.endswith(".db")]


def edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def matches(path: Path) -> dict[int, tuple[int, str]]:
    """Of the second cell: each match's rounds, and its state."""
    with Store.open(path) as store:
        cell = store.cells(store.run(None))[1]
        return {match.number: (match.rounds, match.state) for match in store.matches(cell)}


def refused(error: type[ArenaError], sources: list[Path], into: Path) -> str:
    """The sentence of a refusal, after which everything is as it was."""
    before = {path: path.read_bytes() for path in into.parent.iterdir()}
    with pytest.raises(error) as caught:
        merge(sources, into)
    assert {path: path.read_bytes() for path in into.parent.iterdir()} == before
    return str(caught.value)


def test_of_a_match_that_two_have_the_longer_is_kept(tmp_path: Path, play: Play) -> None:
    a, b = play("a.db", {0: 3, 1: 1, 2: 2}), play("b.db", {1: 3, 2: 1, 4: 1})
    expected = {0: (3, "finished"), 1: (3, "finished"), 2: (2, "open"), 4: (1, "open")}
    for sources, into in (([a, b], "ab.db"), ([b, a], "ba.db")):
        (joined,) = merge(sources, tmp_path / into)
        assert matches(tmp_path / into) == expected and not joined.run.finished
    (again,) = merge([b], a)
    assert matches(a) == expected and again.origins == ((b, again.run.name),)


def test_seconds_add_up_where_nothing_is_shared(tmp_path: Path, play: Play) -> None:
    a, b, copy = play("a.db", {0: 3}), play("b.db", {1: 3}), play("c.db", {0: 3})
    merge([a, b], tmp_path / "ab.db")
    merge([a, copy], tmp_path / "aa.db")
    merge([a, b], tmp_path / "ab.db")  # once more changes nothing
    for name, seconds in (("ab.db", 4.0), ("aa.db", 2.0)):
        with Store.open(tmp_path / name) as store:
            assert store.cells(store.run(None))[1].seconds == seconds


@pytest.mark.parametrize("existing", [False, True])
def test_a_match_with_other_moves_is_refused(tmp_path: Path, play: Play, make_spec: MakeSpec, existing: bool) -> None:
    a, b = play("a.db", {0: 3, 1: 3}), play("b.db", {1: 3, 2: 3})
    third = play("third.db", {3: 3})
    edit(b, "UPDATE rounds SET move = 0, outcome = -1 WHERE match = 1 AND number = 2")
    into = a if existing else tmp_path / "into.db"
    said = refused(InputError, [third, b] if existing else [third, a, b], into)
    assert f"{a} and {b} contradict each other, and nothing was written" in said
    assert f"cell {make_spec().cells[1].key}, match 2, round 2" in said and "run 2" in said


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rounds SET mass = 0.5 WHERE match = 1",
        "UPDATE rounds SET answers = NULL WHERE match = 1",
        "UPDATE rounds SET prompt = 0 WHERE match = 1 AND number = 3",
        "UPDATE rounds SET reply = 1 WHERE match = 1 AND number = 3",
    ],
)
def test_whatever_else_differs_of_a_match_is_refused(tmp_path: Path, play: Play, change: str) -> None:
    a, b = play("a.db", {0: 3, 1: 3}), play("b.db", {0: 3, 1: 3})
    edit(b, change)
    assert "match 2, round" in refused(InputError, [b, a], tmp_path / "into.db")


def answered(path: Path, texts: dict[int, str], entropy: float | None = None) -> Path:
    spec = numbers(n=3)
    with Store.open(path, create=True) as store, store.begin(spec) as writer:
        for number, text in texts.items():
            writer.add_answer(spec.cells[0].key, number, Answer(Sample(text, (5,), "value"), (int(text),)))
        if entropy is not None:
            writer.set_finding(spec.cells[0].key, "entropy", {"entropy": entropy})
    return path


def numbers(n: int) -> RunSpec:
    return numbers_run([CellSpec("uniform||integers|-|-", "uniform", "", "integers")], n)


def test_draws_and_findings_are_joined_or_refused(tmp_path: Path) -> None:
    a = answered(tmp_path / "a.db", {0: "7", 2: "3"})
    b = answered(tmp_path / "b.db", {0: "7", 1: "5"}, entropy=2.5)
    (joined,) = merge([a, b], tmp_path / "ab.db")
    assert joined.run.finished
    with Store.open(tmp_path / "ab.db") as store:
        (cell,) = store.cells(joined.run)
        assert [answer.value for answer in store.answers(cell)] == [(7,), (5,), (3,)]
        assert store.findings(cell) == {"entropy": {"entropy": 2.5}}
    other = answered(tmp_path / "other.db", {1: "6"})
    assert "draw 2" in refused(InputError, [a, b, other], tmp_path / "into.db")
    other = answered(tmp_path / "another.db", {}, entropy=2.0)
    assert "finding entropy" in refused(InputError, [a, b, other], tmp_path / "into.db")


def test_name_and_date_are_those_of_the_older(tmp_path: Path, play: Play) -> None:
    a, b = play("a.db", {0: 3}), play("b.db", {1: 3})
    edit(a, "UPDATE runs SET name = '2026-11-25-4', created = '2026-11-25T23:30:00-05:00'")
    edit(b, "UPDATE runs SET name = '2026-11-26-1', created = '2026-11-26T05:00:00+01:00'")  # half an hour earlier
    for sources, into in (([a, b], tmp_path / "into.db"), ([b], a)):
        (joined,) = merge(sources, into)
        assert (joined.run.name, joined.run.created) == ("2026-11-26-1", "2026-11-26T05:00:00+01:00")


def test_different_runs_of_one_name_get_different_names(tmp_path: Path, play: Play) -> None:
    sources = [play(f"{seed}.db", {0: 3}, seed=seed) for seed in range(3)]
    for day, path in zip((26, 25, 26), sources, strict=True):
        edit(path, f"UPDATE runs SET name = '2026-11-25-1', created = '2026-11-{day}T12:00:00+00:00'")
    found = merge(sources, tmp_path / "into.db")
    assert [joined.run.name for joined in found] == ["2026-11-25-1", "2026-11-26-1", "2026-11-26-2"]
    assert [joined.run.spec.seed for joined in found] == [1, 0, 2]
    with Store.open(tmp_path / "into.db") as store:
        assert store.runs() == [joined.run for joined in found]


def test_the_latest_run_stays_the_latest(tmp_path: Path, play: Play) -> None:
    late, early = play("late.db", {0: 3}, seed=1), play("early.db", {0: 3}, seed=2)
    edit(early, "UPDATE runs SET name = '2020-01-01-1', created = '2020-01-01T12:00:00+00:00'")
    assert [joined.run.spec.seed for joined in merge([early], late)] == [2]
    with Store.open(late) as store:
        assert [run.spec.seed for run in store.runs()] == [2, 1] and store.run(None).spec.seed == 1


def test_a_prompt_that_both_asked_is_kept_as_the_older_had_it(tmp_path: Path, play: Play) -> None:
    a, b = play("a.db", {0: 3}, lambda match: "Round"), play("b.db", {1: 3}, lambda match: "Round")
    edit(a, "UPDATE runs SET created = '2026-11-26T12:00:00+00:00'")
    edit(b, "UPDATE runs SET created = '2026-11-25T12:00:00+00:00'")
    edit(b, "UPDATE prompts SET top_tokens = x'05000000', top_logprobs = x'000000000000F0BF'")
    for sources in ([a, b], [b, a]):
        into = tmp_path / f"{sources[0].stem}-first.db"
        merge(sources, into)
        with Store.open(into) as store:
            cell = store.cells(store.run(None))[1]
            assert [row.prompt.top for row in store.prompts(cell)] == [(TokenProbability(5, -1.0),)] * 3
            assert store.match(cell, 0)[1].subject.prompt == store.match(cell, 1)[1].subject.prompt


def test_every_machine_is_named(tmp_path: Path, play: Play) -> None:
    stores = [play(f"{name}.db", {at: 3}, manifest={"machine": name}) for at, name in enumerate(("x", "z", "y"))]
    for at, path in enumerate(stores):
        edit(path, f"UPDATE runs SET created = '2026-11-2{at}T12:00:00+00:00'")
    merge(stores[1:], tmp_path / "later.db")
    (joined,) = merge([tmp_path / "later.db", stores[0]], tmp_path / "all.db")
    assert joined.run.spec.manifest == {"machine": "x", "merged": [{"machine": "y"}, {"machine": "z"}]}
    (at_once,) = merge(stores, tmp_path / "at-once.db")
    assert at_once.run.spec.manifest == joined.run.spec.manifest
    edit(stores[2], """UPDATE runs SET manifest = '{"merged":1}'""")
    (strange,) = merge(stores[1:], tmp_path / "strange.db")
    assert strange.run.spec.manifest == {"machine": "z", "merged": [{"merged": 1}]}
    (alone,) = merge([stores[0]], tmp_path / "alone.db")
    assert alone.run.spec.manifest == {"machine": "x"}


def test_the_larger_size_counts(tmp_path: Path, play: Play) -> None:
    a = play("a.db", {match: 3 for match in range(5)})
    b = play("b.db", {}, size=9)
    edit(a, "UPDATE runs SET finished_size = 5")
    (joined,) = merge([a, b], tmp_path / "into.db")
    assert (joined.run.spec.size, joined.run.finished_size, joined.run.finished) == (9, 5, False)


def test_no_store_is_named_twice_or_merged_into_itself(tmp_path: Path, play: Play) -> None:
    a, b = play("a.db", {0: 3}), play("b.db", {1: 3})
    assert "the same file" in refused(UsageError, [a, b, tmp_path / "." / "a.db"], tmp_path / "into.db")
    assert "into itself" in refused(UsageError, [a, b], b)
    link = tmp_path / "link.db"
    link.symlink_to(a)
    assert "the same file" in refused(UsageError, [a, link], tmp_path / "into.db")
    assert "into itself" in refused(UsageError, [a], link)


def test_a_run_that_is_being_written_is_refused(tmp_path: Path, play: Play, make_spec: MakeSpec) -> None:
    a, b = play("a.db", {0: 3}), play("b.db", {1: 3})
    with Store.open(b, create=True) as store, store.begin(make_spec()):
        with pytest.raises(StoreError, match=f"in {b} is being written by process"):
            merge([a, b], tmp_path / "into.db")
        with pytest.raises(StoreError, match=f"in {b} is being written by process"):
            merge([a], b)
    assert not (tmp_path / "into.db").exists()
    assert len(merge([a, b], tmp_path / "into.db")) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM rounds WHERE match = 0 AND number = 2", "rounds are missing"),
        ("DELETE FROM rounds WHERE match = 0 AND number = 3", "rounds are missing"),
        ("DELETE FROM prompts WHERE number = 1", "a prompt is missing"),
        ("UPDATE runs SET created = 'yesterday'", "makes no sense"),
        ("UPDATE cells SET seconds = 'long'", "no time"),
        ("INSERT INTO findings SELECT id, x'00', '{}' FROM cells", "no such name"),
        ("INSERT INTO answers SELECT id, 'x', NULL, '', x'', '' FROM cells", "no such name"),
        ("UPDATE rounds SET match = 'x' WHERE match = 0", "rounds are missing"),
        ("UPDATE rounds SET drawn = 'many' WHERE match = 0 AND number = 1", "CHECK constraint failed"),
        ("UPDATE rounds SET policy = 'even' WHERE match = 0 AND number = 1", "CHECK constraint failed"),
    ],
)
def test_a_damaged_store_is_named(tmp_path: Path, play: Play, change: str, says: str) -> None:
    a, b = play("a.db", {1: 3}), play("b.db", {0: 3})
    edit(b, "PRAGMA ignore_check_constraints = ON", change)
    said = refused(StoreError, [a, b], tmp_path / "into.db")
    assert f"the store {b} is damaged" in said and says in said


def test_what_is_no_store_is_refused(tmp_path: Path, play: Play) -> None:
    a = play("a.db", {0: 3})
    assert "there is no store" in refused(StoreError, [a, tmp_path / "none.db"], tmp_path / "into.db")
    (tmp_path / "empty.db").touch()
    assert "is an empty file" in refused(StoreError, [a, tmp_path / "empty.db"], tmp_path / "into.db")
    (tmp_path / "text.db").write_bytes(b"dear diary, " * 100)
    assert "not a SQLite database" in refused(StoreError, [a, tmp_path / "text.db"], tmp_path / "into.db")
    with pytest.raises(StoreError, match="make it first"):
        merge([a], tmp_path / "none" / "into.db")


def test_a_copied_store_is_the_same(tmp_path: Path, play: Play) -> None:
    a = play("a.db", {0: 3, 1: 2})
    merge([a], tmp_path / "into.db")
    with Store.open(a) as ours, Store.open(tmp_path / "into.db") as theirs:
        assert ours.runs() == theirs.runs()
        for mine, other in zip(ours.cells(ours.run(None)), theirs.cells(theirs.run(None)), strict=True):
            assert replace(mine, id=other.id) == other
            assert list(ours.prompts(mine)) == list(theirs.prompts(other))
            for match in ours.matches(mine):
                assert ours.match(mine, match.number) == theirs.match(other, match.number)
