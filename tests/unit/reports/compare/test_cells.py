"""Which cell belongs to which."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arena.reports.compare.cells import have_same_draws, matched
from arena.store.rows import CellSpec


def cell(subject: str, opponent: str = "greedy", what: str = "rps", sampling: str = "t1") -> CellSpec:
    return CellSpec(f"{subject}|{opponent}|{what}|-|{sampling}", subject, opponent, what)


def test_the_same_cells_in_any_order() -> None:
    cells = [cell("a"), cell("b"), cell("a", what="hide")]
    assert matched(cells, [cells[2], cells[0], cells[1]]) == [(0, 1), (1, 2), (2, 0)]


def test_another_sampling_opponent_or_subject_of_one_game() -> None:
    assert matched([cell("a"), cell("b")], [cell("b", sampling="t2"), cell("a", sampling="t2")]) == [(0, 1), (1, 0)]
    assert matched([cell("a")], [cell("a", "uniform")]) == [(0, 0)]
    assert matched([cell("a"), cell("a", what="hide")], [cell("b", what="hide"), cell("b")]) == [(0, 1), (1, 0)]
    assert matched([cell("a", "x"), cell("a", "y")], [cell("b", "y"), cell("b", "x")]) == [(0, 1), (1, 0)]


def test_no_guess_where_several_are_left() -> None:
    assert matched([cell("a"), cell("b")], [cell("c"), cell("b")]) == [(0, 0), (1, 1)]
    assert matched([cell("a"), cell("b")], [cell("c")]) == []
    assert matched([cell("a")], [cell("a", what="hide")]) == []
    # a grid of samplings: what both have belongs together, what only one has does not
    grid = [cell("a", sampling=f"t{number}") for number in range(3)]
    assert matched(grid, grid[1:]) == [(1, 0), (2, 1)]


CELLS = st.lists(
    st.builds(cell, st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("gh"), st.sampled_from("12")),
    unique_by=lambda one: one.key,
    max_size=8,
)


@given(CELLS, CELLS)
def test_each_cell_at_most_once_and_of_one_game(first: list[CellSpec], second: list[CellSpec]) -> None:
    pairs = matched(first, second)
    for side, cells in enumerate((first, second)):
        used = [pair[side] for pair in pairs]
        assert len(used) == len(set(used)) and set(used) <= set(range(len(cells)))
    assert all(first[one].what == second[two].what for one, two in pairs)
    keys = {one.key for one in first} & {one.key for one in second}
    assert keys == {first[one].key for one, two in pairs if first[one].key == second[two].key}
    assert sorted((two, one) for one, two in matched(second, first)) == pairs


def test_draws_are_the_same_in_one_cell_or_where_both_runs_have_common_ones() -> None:
    own, common = {"draws": "own"}, {"draws": "common"}
    hot = cell("a", sampling="t2")
    assert have_same_draws(cell("a"), cell("a"), own, own)
    assert not have_same_draws(cell("a"), hot, own, own)
    assert not have_same_draws(cell("a"), hot, own, common)
    assert have_same_draws(cell("a"), hot, common, common)
    assert not have_same_draws(cell("a"), cell("a", "uniform"), common, common)
    assert not have_same_draws(cell("a"), cell("b"), common, common)
