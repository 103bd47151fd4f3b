"""What matches are expected to ask, against matches that were drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.experiments.past import Past, unshared
from arena.experiments.tournament.cost import histories, leaning_of


@pytest.mark.parametrize(("moves", "replies", "leaning"), [(3, 1, 0.6), (7, 1, 0.4), (2, 3, 0.5), (3, 1, 0.0)])
def test_histories_are_as_many_as_in_matches_that_were_drawn(moves: int, replies: int, leaning: float) -> None:
    """Each past round is drawn as the docstring says; distinct rows are counted."""
    matches, rounds, times = 60, 6, 40
    chance = np.random.default_rng(5)
    counts = np.zeros(rounds)
    for _ in range(times):
        leads = chance.random((matches, rounds)) < leaning
        moved = np.where(leads, 0, chance.integers(moves, size=(matches, rounds)))
        played = moved * replies + chance.integers(replies, size=(matches, rounds))
        counts += [len(np.unique(played[:, :depth], axis=0)) if depth else 1 for depth in range(rounds)]
    expected = histories(matches, rounds, moves, replies, leaning)
    assert np.allclose(counts / times, expected, rtol=0.05)


@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 9), st.integers(1, 4), st.floats(0, 1))
@settings(max_examples=30)
def test_histories_grow_and_are_never_more_than_matches(
    matches: int, rounds: int, moves: int, replies: int, leaning: float
) -> None:
    found = histories(matches, rounds, moves, replies, leaning)
    assert len(found) == rounds and found[0] == pytest.approx(1)
    assert all(1 - 1e-6 <= one <= two + 1e-6 <= matches + 1e-6 for one, two in pairwise(found))


def test_only_the_rounds_that_are_shown_make_a_difference() -> None:
    shown = histories(500, 10, 3, 1, 0.5, kept=2)
    assert shown[2:] == [shown[2]] * 8 and shown[:3] == histories(500, 3, 3, 1, 0.5)


@given(st.floats(0.05, 0.95))
@settings(max_examples=10)
def test_a_leaning_is_found_again_from_the_prompts_of_a_run(leaning: float) -> None:
    prompts = round(sum(histories(500, 10, 3, 1, leaning)))
    past = Past(1.0, prompts, 0, 5000, 5000, 0, 500, 10, 1.0)
    assert leaning_of(past, 3, 1) == pytest.approx(leaning, abs=0.01)


@given(st.lists(st.lists(st.integers(0, 2), max_size=6).map(tuple), max_size=30))
def test_tokens_that_prompts_share_count_once(prompts: list[tuple[int, ...]]) -> None:
    """Every beginning of a prompt is a node of their tree."""
    nodes = {prompt[:end] for prompt in prompts for end in range(1, len(prompt) + 1)}
    assert unshared(prompts) == len(nodes)
