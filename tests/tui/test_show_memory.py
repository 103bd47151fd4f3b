"""A show in a real terminal that nobody touches holds no more memory the longer it goes on."""

from __future__ import annotations

import pytest

from benchmarks.support.show_memory import SETTLED, growth, show
from tests.support.commands import SMOLLM2

MOST_APP, MOST_WORKER = 6.0, 4.0  # MiB; about 1 and 0 were seen


@pytest.mark.slow
@pytest.mark.model
def test_ten_minutes_of_a_real_model_at_the_usual_pace() -> None:
    held = list(show(f"llm:{SMOLLM2}", "uniform", minutes=10, rounds=2 * SETTLED))
    assert held[-1].rounds >= 2 * SETTLED
    assert growth(held, lambda one: one.app) < MOST_APP, held
    assert growth(held, lambda one: one.workers) < MOST_WORKER, held
