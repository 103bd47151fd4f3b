"""A person judges: every choice is on disk at once, in an order of their own, and nothing shows who wrote what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from arena.errors import StoreError, UsageError
from arena.experiments.poems.contest import BAG, Pair
from arena.experiments.poems.contests import Contests, find_contests
from arena.experiments.poems.judgement import Choice
from arena.experiments.poems.judging import Judge, judges_of, read_judgements, showing_order
from arena.store import Store
from arena.store.merging import merge
from tests.support.poems import by_letters, draw, judge_all


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", create=True) as opened:
        yield opened


@pytest.fixture
def contests(store: Store) -> Contests:
    return draw(store)


def stored(path: Path, contest: str) -> int:
    """How many judgements of a contest another process would find."""
    with Store.open(path) as other:
        contests = find_contests(other)
        return sum(len(read_judgements(other, contests, run)[contest]) for run in judges_of(other, contests))


def test_every_choice_is_on_disk_at_once_and_can_be_taken_back(store: Store, contests: Contests) -> None:
    name = contests.contests[0].name
    with Judge.begin(store, contests, "Ann") as judge:
        first = judge.next(name)
        assert first is not None
        judge.choose(name, first.number, Choice.LEFT)
        assert stored(store.path, name) == 1
        second = judge.next(name)
        assert second is not None and second.number != first.number
        judge.choose(name, second.number, Choice.TIE)
        assert judge.undo() == (name, second.number)
        assert stored(store.path, name) == 1 and judge.next(name) == second
        judge.choose(name, second.number, Choice.RIGHT)
        with pytest.raises(ValueError, match="isn't waiting"):
            judge.choose(name, first.number, Choice.RIGHT)
    with Judge.begin(store, contests, "Ann") as judge:
        assert judge.undo() is None, "only what was chosen in this sitting"
        assert {number: each.choice for number, each in judge.judged(name).items()} == {
            first.number: Choice.LEFT,
            second.number: Choice.RIGHT,
        }


def test_each_judge_has_an_order_of_their_own_and_repeats_come_last(contests: Contests) -> None:
    contest = contests.contests[0]
    orders = [showing_order(contests, contest, f"human:{name}") for name in ("Ann", "Bob")]
    assert orders[0] != orders[1] and orders[0] == showing_order(contests, contest, "human:Ann")
    for order in orders:
        assert sorted(order) == list(range(len(contest.showings)))
        kinds = [contest.showings[number].kind == "again" for number in order]
        assert kinds == sorted(kinds)


def test_two_judge_at_once_and_nobody_twice(store: Store, contests: Contests) -> None:
    name = contests.contests[0].name
    with Store.open(store.path, create=True) as other, Judge.begin(store, contests, "Ann") as ann:
        with Judge.begin(other, contests, "Bob") as bob:
            for judge in (ann, bob, ann, bob):
                pair = judge.next(name)
                assert pair is not None
                judge.choose(name, pair.number, Choice.LEFT)
        with pytest.raises(StoreError, match="is being written"):
            Judge.begin(other, contests, "Ann")
    assert stored(store.path, name) == 4 and len(judges_of(store, contests)) == 2


def test_judges_on_two_machines_are_merged(store: Store, contests: Contests, tmp_path: Path) -> None:
    store.database.connection.execute("VACUUM INTO ?", (str(tmp_path / "b.db"),))
    judge_all(store, contests, "Ann", by_letters, most=5)
    with Store.open(tmp_path / "b.db", create=True) as other:
        judge_all(other, find_contests(other), "Bob", by_letters, most=7)
    merge([store.path, tmp_path / "b.db"], tmp_path / "both.db")
    with Store.open(tmp_path / "both.db") as both:
        found = find_contests(both)
        assert found.contests == contests.contests and found.run.finished
        counts = [{len(each) for each in read_judgements(both, found, run).values()} for run in judges_of(both, found)]
        assert counts == [{5}, {7}]


def test_the_run_is_finished_once_all_is_judged(store: Store, contests: Contests) -> None:
    judge_all(store, contests, "Ann", by_letters, most=10)
    assert not judges_of(store, contests)[0].finished
    judge_all(store, contests, "Ann", by_letters)
    assert judges_of(store, contests)[0].finished


def test_a_judge_sees_two_texts_and_a_number(contests: Contests) -> None:
    assert [field.name for field in fields(Pair)] == ["number", "left", "right"]
    for contest in contests.contests:
        for number in range(len(contest.showings)):
            shown = repr(contest.pair(number))
            assert not any(author.name in shown or author.subject in shown for author in contest.authors)


def test_the_control(store: Store, contests: Contests) -> None:
    contest = contests.contests[0]
    (control,) = contest.numbers("control")
    bag_first = contest.showings[control].left == BAG
    for name, choice, passed in (("Ann", bag_first, False), ("Bob", not bag_first, True)):
        with Judge.begin(store, contests, name) as judge:
            assert judge.passed_control(contest.name) is None
            judge.choose(contest.name, control, Choice.LEFT if choice else Choice.RIGHT)
            assert judge.passed_control(contest.name) is passed


@pytest.mark.parametrize("name", ["", " Ann", "A\nnn", "Ann\u202e", "A" * 61])
def test_names_that_can_t_stand_on_a_line_are_refused(store: Store, contests: Contests, name: str) -> None:
    with pytest.raises(UsageError, match="can't be a judge's name"):
        Judge.begin(store, contests, name)


@pytest.mark.parametrize("value", ['{"left":2.0}', '"left"', '{"left":1.0,"more":1}', "[1]"])
def test_a_judgement_that_makes_no_sense_is_refused(store: Store, contests: Contests, value: str) -> None:
    judge_all(store, contests, "Ann", by_letters, most=1)
    connection = store.database.connection
    connection.execute("UPDATE answers SET value = ? WHERE value LIKE '{%'", (value,))
    with pytest.raises(StoreError, match="is damaged"):
        read_judgements(store, contests, judges_of(store, contests)[0])
