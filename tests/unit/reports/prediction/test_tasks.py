"""The same reading of poems, sequences and matches: what was planted is found, and what chance gives is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from arena.errors import InputError
from arena.games import parse_game
from arena.records import Decision, Outcome, Policy, Round
from arena.reports.prediction import report_tasks
from arena.reports.prediction.task_texts import read_texts, shuffled
from arena.reports.report import WRITERS, Report
from arena.reports.terminal import terminal
from arena.store import CellSpec, Store
from tests.support.filled import numbers
from tests.support.generations import write_generations
from tests.support.poems import AUTHORS, TOPICS, write_poems
from tests.support.specs import tournament_run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", create=True) as opened:
        yield opened


def write_matches(store: Store, matches: Sequence[Sequence[int | None]], game: str = "rps") -> None:
    """A finished run of matches with these moves; None is a forfeit."""
    rules = parse_game(game)
    cell = CellSpec(f"uniform|greedy|{game}|-|-", "uniform", "greedy", game)
    policy = Policy(tuple([1 / len(rules.moves)] * len(rules.moves)))
    with store.begin(tournament_run([cell], len(matches), len(matches[0]))) as writer:
        for match, moves in enumerate(matches):
            for number, move in enumerate(moves, start=1):
                outcome = Outcome.LOSS if move is None else rules.outcome(move, 0)
                writer.add_round(cell.key, match, Round(number, outcome, Decision(policy, move), Decision(None, 0)))
            writer.finish_match(cell.key, match)
        writer.finish()


def report_of(store: Store, most: int = 100) -> Report:
    return report_tasks(store, store.runs(), most)


def rows(report: Report) -> dict[str, dict[str, Any]]:
    return {row.name: dict(row.values) for row in report.tables[0].rows}


def test_poems_of_made_up_words_share_nothing(store: Store) -> None:
    write_poems(store, n=12)
    report = report_of(store)
    found = rows(report)
    assert len(found) == len(AUTHORS) + len(TOPICS)  # the topics' rows have the same names for each author
    whole = found[f"{AUTHORS[0]} · poems"]
    assert (whole["share"], whole["chance"], whole["more"], whole["different"]) == (0, 0, 0, 1)
    assert whole["texts"] == 12 * len(TOPICS) and whole["words"] == 20


def test_sequences_that_count_upwards_share_more_than_chance_gives(store: Store, tmp_path: Path) -> None:
    numbers(tmp_path / "b.db", "llm:m")
    with Store.open(tmp_path / "b.db") as filled:
        run = filled.runs()[-1]
        (found,) = rows(report_tasks(filled, [run], 100)).values()
        assert found["texts"] == 12 and found["words"] == 10 and found["more"] > 50
        integers = filled.runs()[0]
        with pytest.raises(InputError, match="has no poems, no sequences and no matches"):
            report_tasks(filled, [integers], 100)


def test_a_fixed_move_shares_everything_and_no_more_than_chance_gives(store: Store) -> None:
    write_matches(store, [[0] * 6] * 8)
    (found,) = rows(report_of(store)).values()
    assert (found["share"], found["chance"], found["more"]) == (1, 1, 0)
    assert found["different"] == 1 / 8 and found["spans"] == 1


def test_a_pattern_in_matches_is_found(store: Store) -> None:
    """Eight matches begin alike and end each in its own way."""
    begin = [0, 1, 2, 3, 4, 5, 6]
    ends = [[(match + at * (match + 1)) % 7 for at in range(7)] for match in range(8)]
    write_matches(store, [[*begin, *end] for end in ends], "hide-and-seek")
    report = report_of(store)
    (found,) = rows(report).values()
    assert found["first"] == 1 and found["more"] > 25
    (span, *_) = report.tables[1].rows
    assert span.values["generations"] == 8 and str(span.values["text"]).startswith("bathroom closet garden")


def test_fewer_than_six_texts_have_no_share(store: Store) -> None:
    write_matches(store, [[0] * 6] * 5)
    report = report_of(store)
    (found,) = rows(report).values()
    assert (found["share"], found["chance"], found["more"], found["words"]) == (None, None, None, 6)
    assert len(report.tables) == 1


def test_a_forfeit_is_a_word(store: Store) -> None:
    write_matches(store, [[0, None, 1]] * 3)
    ((read,), *_) = [read_texts(store, run, 2) for run in store.runs()]
    assert read.texts == (("rock", "-", "paper"),) * 2


def test_shuffling_keeps_words_and_lengths(store: Store) -> None:
    write_poems(store, AUTHORS[:1], TOPICS[:1], n=6)
    ((read,),) = [read_texts(store, run, 100) for run in store.runs()]
    drawn, again = shuffled(read), shuffled(read)
    assert drawn.texts == again.texts != read.texts
    assert [len(text) for text in drawn.texts] == [len(text) for text in read.texts]
    assert sorted(sum(drawn.texts, ())) == sorted(sum(read.texts, ()))


def test_every_form_can_be_written(store: Store) -> None:
    write_poems(store, n=7)
    report = report_of(store, most=6)
    for form, write in WRITERS.items():
        assert write(report), form
    assert terminal(report.tables, 80) is not None
    report.figures[0].draw()
    assert {record["generations"] for record in report.records} == {6}
    document = report.to_json()
    assert len(document["writers"]) == len(AUTHORS) and document["texts"] == 6


def test_a_run_of_generations_has_a_report_of_its_own(store: Store) -> None:
    write_generations(store, {("llm:m", "Name a colour."): ["red"] * 6})
    with pytest.raises(InputError, match="has no poems"):
        report_of(store)
