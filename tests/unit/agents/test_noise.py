"""A model's noise: nothing for one that always says the same, and what is planted otherwise."""

from __future__ import annotations

import asyncio

import pytest

from arena.agents.noise import PROMPTS, noise
from arena.games import parse_game
from tests.support.table_agent import agent
from tests.support.table_model import TableModel, always


def test_a_table_has_none() -> None:
    found = asyncio.run(noise(agent(TableModel(always(_rock=3, _paper=1))), parse_game("rps")))
    assert (found.prompts, found.mean, found.largest) == (PROMPTS, 0.0, 0.0)


def test_what_differs_between_two_evaluations_is_seen() -> None:
    asked = 0

    def later(text: str) -> dict[str, float]:
        """Rock at first; half of each once every prompt was asked."""
        nonlocal asked
        asked += 1
        return dict(always(_rock=1)(text)) if asked <= PROMPTS else dict(always(_rock=1, _paper=1)(text))

    found = asyncio.run(noise(agent(TableModel(later)), parse_game("rps")))
    assert found.largest == pytest.approx(0.5) and found.mean == pytest.approx(1 / 3)
