"""Which matches and answers of an unfinished run count: those before which nothing is missing, in blocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from arena.records import Answer, Sample
from arena.store import CellSpec, RunSpec, Store
from arena.store.rows import CellRow
from arena.store.writer import RunWriter
from tests.support.small_run import MakeRound, MakeSpec
from tests.support.specs import numbers_run

VALID, REJECTED = (3,), None


def play(run: RunWriter, key: str, matches: Iterable[int], make_round: MakeRound) -> None:
    for match in matches:
        run.add_round(key, match, make_round(1))
        run.finish_match(key, match)
    run.flush()


@pytest.mark.parametrize(
    ("finished", "below"),
    [
        (range(24), 0),
        (range(25), 25),
        (range(74), 50),  # whole blocks
        (range(75), 75),
        ([*range(60), *range(61, 100)], 50),  # what comes after the first that is missing doesn't count
        (range(1, 100), 0),
        (range(100), 100),
    ],
)
def test_the_first_whole_blocks_of_matches_count(
    tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound, finished: Iterable[int], below: int
) -> None:
    spec = make_spec(size=100, rounds=1)
    key = spec.cells[1].key
    with Store.open(tmp_path / "arena.db", create=True) as store, store.begin(spec) as run:
        # written in another order than that of their numbers
        play(run, key, reversed(list(finished)), make_round)
        nothing, cell = store.cells(run.run)
        assert (cell.below, nothing.below) == (below, 0)
        assert store.rounds(cell, 3).match.tolist() == list(range(below))


def test_all_matches_of_a_short_run_count_once_it_is_finished(
    tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound
) -> None:
    spec = make_spec(size=3, rounds=1)
    key = spec.cells[1].key
    with Store.open(tmp_path / "arena.db", create=True) as store:
        with store.begin(spec) as run:
            play(run, key, range(3), make_round)
            assert store.cells(run.run)[1].below == 3  # this cell is, though another one isn't
            run.finish()
        with store.begin(replace(spec, size=40)) as run:
            play(run, key, range(3, 20), make_round)
            assert store.cells(run.run)[1].below == 3  # what was once a whole run still is a sample


def test_every_finished_match_of_a_sitting_counts(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    spec = make_spec(size=4, rounds=1, experiment="match", in_order=True)
    key = spec.cells[1].key
    with Store.open(tmp_path / "arena.db", create=True) as store, store.begin(spec) as run:
        run.add_round(key, 1, make_round(1))
        run.abandon_match(key, 1)
        play(run, key, (0, 2, 3), make_round)
        assert store.rounds(store.cells(run.run)[1], 3).match.tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    ("size", "reached", "below", "upto"),
    [
        (100, {range(30): 3, range(30, 100): 1}, 100, 1),  # 100 rounds, where whole blocks are 75
        (100, {range(30): 3, range(30, 99): 2, range(99, 100): 1}, 100, 1),  # as far as the last one
        (75, {range(30): 3, range(30, 75): 1}, 25, None),  # as many rounds: whole matches
        (30, {range(25): 3, range(25, 30): 2}, 25, None),
        (100, {range(30): 3, range(30, 99): 2}, 25, None),  # one isn't begun
        (100, {range(24): 3, range(24, 99): 2}, 25, 2),  # nor is it here, but all of the first block are
        (100, {range(24): 3, range(25, 100): 2}, 0, None),
        (10, {range(9): 3, range(9, 10): 2}, 10, 2),
        (100, {range(130): 2}, 100, 2),  # of the matches that were asked for
    ],
)
def test_the_rounds_that_all_matches_have_reached_count_where_they_are_more(
    tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound, size: int, reached: dict[range, int], below: int,
    upto: int | None,
) -> None:  # fmt: skip
    spec = make_spec(size=size, rounds=3)
    key = spec.cells[1].key
    with Store.open(tmp_path / "arena.db", create=True) as store, store.begin(spec) as run:
        for matches, last in reached.items():
            for match in matches:
                for number in range(1, last + 1):
                    run.add_round(key, match, make_round(number))
                if last == 3:
                    run.finish_match(key, match)
        run.flush()
        _, cell = store.cells(run.run)
        assert (cell.below, cell.reached) == (below, upto)
        assert cell.played == sum(len(matches) * last for matches, last in reached.items())
        rounds = store.rounds(cell, 3)
        pairs = [(match, number) for match in range(below) for number in range(1, (upto or 3) + 1)]
        assert list(zip(rounds.match.tolist(), rounds.number.tolist(), strict=True)) == pairs


def test_a_match_that_a_person_left_is_not_reached(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    spec = make_spec(size=3, rounds=3)
    key = spec.cells[1].key
    with Store.open(tmp_path / "arena.db", create=True) as store, store.begin(spec) as run:
        for match in range(3):
            run.add_round(key, match, make_round(1))
        run.abandon_match(key, 1)
        run.flush()
        assert (store.cells(run.run)[1].below, store.cells(run.run)[1].reached) == (0, None)


def drawn(tmp_path: Path, spec: RunSpec, values: dict[int, tuple[int, ...] | None]) -> tuple[CellRow, int]:
    """The cell after these answers, and how many of them count."""
    key = spec.cells[0].key
    with Store.open(tmp_path / "arena.db", create=True) as store, store.begin(spec) as run:
        for number, value in reversed(values.items()):
            run.add_answer(key, number, Answer(Sample("3", (1,), "eos"), value))
        run.flush()
        (cell,) = store.cells(run.run)
        return cell, len(store.answers(cell))


def task(subject: str, size: int) -> RunSpec:
    return numbers_run([CellSpec(f"{subject}||integer", subject, "", "integer")], size)


def test_draws_count_in_whole_blocks_until_enough_are_valid(tmp_path: Path) -> None:
    spec = task("llm:m", 100)
    cell, counted = drawn(tmp_path, spec, dict.fromkeys(range(60), VALID) | dict.fromkeys(range(61, 90), REJECTED))
    assert (cell.done, cell.below, counted) == (60, 50, 50)
    cell, counted = drawn(tmp_path, spec, dict.fromkeys(range(60, 117), VALID))
    assert (cell.done, cell.below, counted) == (88, 100, 100)
    cell, counted = drawn(tmp_path, spec, dict.fromkeys(range(117, 129), VALID))
    assert (cell.done, cell.below, counted) == (100, 129, 129)


def test_a_person_answers_one_after_another_so_that_all_count(tmp_path: Path) -> None:
    assert drawn(tmp_path, task("human", 100), dict.fromkeys(range(7), VALID))[1] == 7
