"""The clearest habit, against players whose habit is known and against ones who have none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from arena.stats.habits import After, Habit, clearest_habit

MOVES = 3
rounds = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 2)), st.one_of(st.none(), st.integers(0, 2))), max_size=30
)


def habit(mine: Sequence[int | None], others: Sequence[int | None] | None = None) -> Habit | None:
    theirs = others or [0] * len(mine)
    outcomes = [0 if a is None or b is None else (a - b + 1) % 3 - 1 for a, b in zip(mine, theirs, strict=True)]
    return clearest_habit(MOVES, mine, theirs, outcomes)


def test_a_fixed_move_is_the_simplest_habit_of_all() -> None:
    found = habit([1] * 12)
    assert found is not None
    assert (found.after, found.past, found.move, found.times, found.of) == (After.ANYTHING, (), 1, 12, 12)
    assert found.luck < 0.001


def test_what_follows_a_move_is_found_with_its_counts() -> None:
    found = habit([0, 1] * 8)
    assert found is not None
    assert (found.after, found.past, found.move) in {(After.OWN, (0,), 1), (After.OWN, (1,), 0)}
    assert found.times == found.of


def test_what_follows_the_other_s_move_is_found() -> None:
    chance = np.random.default_rng(3)
    others = chance.integers(0, 3, 60).tolist()
    found = habit([0, *(1 if other == 2 else int(chance.integers(0, 3)) for other in others[:-1])], others)
    assert found is not None
    assert (found.after, found.past, found.move) == (After.OTHER, (2,), 1)
    assert found.times == found.of == others[:-1].count(2)


def test_staying_after_a_win_is_found() -> None:
    chance = np.random.default_rng(5)
    mine, others = [0], chance.integers(0, 3, 90).tolist()
    for other in others[:-1]:
        won = (mine[-1] - other) % 3 == 1
        mine.append(mine[-1] if won else int((mine[-1] + chance.integers(1, 3)) % 3))
    found = habit(mine, others)
    assert found is not None
    assert (found.after, found.past, found.move) == (After.OUTCOME, (1,), None)
    assert found.times == found.of


def test_going_through_the_moves_in_their_order_is_found_in_either_direction() -> None:
    for step in (1, 2):
        found = habit([step * number % 3 for number in range(10)])
        assert found is not None
        assert (found.after, found.past, found.move, found.times, found.of) == (After.STEP, (), step, 9, 9)
        assert found.luck < 0.01


@given(rounds)
def test_its_counts_are_possible_and_its_luck_is_no_less_than_the_exact_test_s(
    played: list[tuple[int | None, int | None]],
) -> None:
    found = habit([mine for mine, _ in played], [other for _, other in played])
    if found is None:
        return
    assert 3 <= found.times <= found.of <= len(played)
    assert found.times > found.of / MOVES
    exact = binomtest(found.times, found.of, 1 / MOVES, alternative="greater").pvalue
    assert found.luck >= exact * (1 - 1e-9) or found.luck == 1.0


def test_luck_alone_is_seldom_called_a_habit() -> None:
    chance = np.random.default_rng(1)
    called = 0
    for _ in range(150):
        found = habit(chance.integers(0, 3, 20).tolist(), chance.integers(0, 3, 20).tolist())
        called += found is not None and found.luck < 0.05
    assert called <= 14  # 0.05 of 150, and 2.4 standard errors


def test_nobody_has_a_habit_before_the_third_round() -> None:
    assert habit([]) is None and habit([0, 0]) is None and habit([None] * 9) is None
