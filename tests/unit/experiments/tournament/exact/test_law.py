"""The law of a round, against attempts counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.tournament.exact.law import Rule, law
from arena.records import Policy

shares = st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5).filter(lambda parts: sum(parts) > 0.1)


@given(shares, st.integers(1, 25))
def test_attempts_are_made_until_one_is_valid(parts: list[float], attempts: int) -> None:
    *moves, invalid, open_ = np.array(parts) / sum(parts)
    found = law(np.array(moves), invalid, open_, Rule(attempts, False), Policy((1 / 3,) * 3))
    wanted, unknown, drawn, refused, still = np.zeros(3), 0.0, 0.0, 0.0, 1.0
    for attempt in range(1, attempts + 1):
        wanted += still * np.array(moves)
        drawn += still * sum(moves) * attempt
        refused += still * sum(moves) * (attempt - 1)
        unknown += still * open_
        still *= invalid
    assert found.moves == pytest.approx(wanted, abs=1e-12)
    assert found.forfeit == pytest.approx(still, abs=1e-12)
    assert found.open == pytest.approx(unknown, abs=1e-12)
    assert found.drawn == pytest.approx(drawn + still * attempts, abs=1e-9)
    assert found.invalid == pytest.approx(refused + still * attempts, abs=1e-9)
    assert found.moves.sum() + found.forfeit + found.open == pytest.approx(1.0, abs=1e-12)


@given(shares)
def test_with_a_fallback_nothing_is_forfeited(parts: list[float]) -> None:
    *moves, invalid, open_ = np.array(parts) / sum(parts)
    policy = Policy((0.5, 0.25, 0.25))
    found = law(np.array(moves), invalid, open_, Rule(1, True), policy)
    assert found.moves == pytest.approx(np.array(moves) + invalid * np.array(policy.probabilities), abs=1e-12)
    assert (found.forfeit, found.open) == (0.0, open_)
