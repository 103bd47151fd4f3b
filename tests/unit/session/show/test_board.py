"""What a show has seen: the same as all of its rounds would tell, in a memory that doesn't grow."""

from __future__ import annotations

import tracemalloc
from itertools import cycle, islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.games import parse_game
from arena.records import Outcome, Policy, Seat
from arena.reports.tournament.measures import NET
from arena.session.show.board import perfect_net
from arena.stats.clusters import mean
from tests.support.shows import board

MOVES = st.tuples(st.integers(0, 2), st.integers(0, 2))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(MOVES, min_size=3, max_size=3), min_size=5, max_size=12))
def test_the_score_and_its_interval_are_those_of_all_rounds(matches: list[list[tuple[int, int]]]) -> None:
    seen = board(matches)
    payoffs = np.array([[int(seen.game.outcome(*moves)) for moves in match] for match in matches], dtype=float)
    assert seen.net == pytest.approx(100 * payoffs.mean())
    assert seen.score.total() == payoffs.size and seen.matches.total() == len(matches)
    assert seen.matches[Outcome.WIN] == (payoffs.sum(axis=1) > 0).sum()
    nets = np.sort(100 * payoffs.sum(axis=1) / 3)
    assert seen.interval == mean(nets, np.arange(len(matches)), NET).interval


def test_with_few_matches_there_is_no_interval() -> None:
    assert board([[(0, 1)]] * 4).interval is None
    assert board([[(0, 1)]] * 5).interval is not None


def test_a_policy_is_shown_by_its_determinism_and_a_person_by_how_foreseeable_they_are() -> None:
    sure = Policy((0.6, 0.3, 0.1))
    seen = board([[(0, 1)] * 4] * 2, subject=sure)
    assert seen.value(Seat.SUBJECT) == seen.mean(Seat.SUBJECT) == 0.6
    assert seen.usual(Seat.SUBJECT) == [0.6] * 4
    assert seen.value(Seat.OPPONENT) == 1.0  # always the same move
    assert seen.usual(Seat.OPPONENT) == [None, 1.0, 1.0, 1.0]  # of the first one nothing was expected


def test_perfect_play_scores_the_value_of_the_game() -> None:
    assert perfect_net(parse_game("rps")) == pytest.approx(0)
    assert perfect_net(parse_game("hide-and-seek")) == pytest.approx(100 * 5 / 7)


def test_a_long_show_takes_no_more_memory_than_a_short_one() -> None:
    def held(matches: int) -> int:
        tracemalloc.start()
        seen = board([list(islice(cycle([(0, 1), (0, 0), (2, 1)]), 10))] * matches, subject=Policy((1.0, 0.0, 0.0)))
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert seen.number == matches
        return size

    held(10)
    assert held(250) < held(10) + 30_000
