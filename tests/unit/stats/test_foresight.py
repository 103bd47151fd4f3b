"""The predictor against sequences whose foresight can be told by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.foresight import MarkovPredictor


def after(moves: int, played: list[int]) -> MarkovPredictor:
    predictor = MarkovPredictor(moves)
    for move in played:
        predictor.update(move)
    return predictor


def test_before_the_first_move_nothing_is_expected() -> None:
    assert after(3, []).foreseen is None
    assert after(3, []).rate is None
    assert after(3, [2]).foreseen == 2
    assert after(3, [2]).rate is None  # nothing was expected of the first


@pytest.mark.parametrize("cycle", [[0], [0, 1], [0, 1, 2], [0, 0, 1], [2, 1, 0, 2, 0, 1][:3]])
def test_a_cycle_of_up_to_three_is_foreseen_from_its_second_turn_on(cycle: list[int]) -> None:
    predictor = after(3, cycle * 4)
    for move in cycle * 10:
        assert predictor.foreseen == move
        predictor.update(move)
    assert predictor.rate is not None and predictor.rate > 0.9


def test_two_moves_back_tell_what_one_cannot() -> None:
    # after 0 comes 1 or 2, by what stood before the 0
    predictor = after(3, [1, 0, 1, 0, 1, 2, 0, 2, 2, 0, 2, 1, 0, 1, 0])
    assert predictor.foreseen == 1
    assert after(3, [1, 0, 1, 2, 0, 2, 2, 0]).foreseen == 2


@given(st.lists(st.integers(0, 4), max_size=60))
def test_the_rate_is_the_share_of_what_was_foreseen_before_it_was_played(played: list[int]) -> None:
    predictor = MarkovPredictor(5)
    hits = []
    for move in played:
        if predictor.foreseen is not None:
            hits.append(predictor.foreseen == move)
        predictor.update(move)
    assert predictor.rate == (pytest.approx(np.mean(hits)) if hits else None)


def test_random_play_is_foreseen_as_often_as_chance() -> None:
    moves = np.random.default_rng(0).integers(0, 3, 20_000).tolist()
    rate = after(3, moves).rate
    assert rate == pytest.approx(1 / 3, abs=0.012)  # 3.6 standard errors
