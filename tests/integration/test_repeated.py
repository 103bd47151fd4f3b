"""The same command twice: the same draws, and distributions that differ only by what keys in 16 bits leave."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.commands import GEMMA, SMOLLM2, arena

pytestmark = [pytest.mark.model, pytest.mark.long]

# as docs/definitions.md states them, of the probability of a move
MOST, MEAN = 0.01, 0.001


def probabilities(store: Path) -> dict[bytes, list[NDArray[np.float64]]]:
    """Of each move, before renormalising, each time that a prompt was asked."""
    found = defaultdict(list)
    rows = (
        "SELECT sha256, policy, mass FROM rounds JOIN prompts ON prompts.cell = rounds.cell AND prompts.number = prompt"
    )
    with closing(sqlite3.connect(store)) as connection:
        for prompt, policy, mass in connection.execute(rows):
            found[prompt].append(np.frombuffer(policy, dtype="<f8") * mass)
    return found


@pytest.mark.parametrize("model", [SMOLLM2, pytest.param(GEMMA, marks=pytest.mark.slow)])
def test_repeated_runs_differ_within_what_the_docs_say(tmp_path: Path, model: str) -> None:
    stores = [tmp_path / "one.db", tmp_path / "two.db"]
    for store in stores:
        arena("tournament", "--subject", f"llm:{model}", "--games", "12", "--rounds", "3", "--store", store)
    one, two = map(probabilities, stores)
    shared = one.keys() & two.keys()
    assert len(shared) >= 4
    apart = [np.abs(first - other).max() for prompt in shared for first in one[prompt] for other in two[prompt]]
    print(f"{model}: {len(shared)} prompts, {max(apart):.4f} at most, {np.mean(apart):.5f} in the mean")
    assert max(apart) < MOST and np.mean(apart) < MEAN
