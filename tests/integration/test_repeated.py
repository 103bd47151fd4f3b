"""The same answer twice: with --repeatable, a prompt's distribution depends on its tokens alone, to the last bit."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from tests.support import batchings
from tests.support.commands import GEMMA, SMOLLM2, arena

pytestmark = [pytest.mark.model, pytest.mark.long]


@pytest.mark.parametrize(
    ("model", "prompts", "times"),
    [
        (SMOLLM2, 40, 3),
        pytest.param(SMOLLM2, 200, 10, marks=pytest.mark.slow),
        pytest.param(GEMMA, 200, 10, marks=pytest.mark.slow),
    ],
)
def test_no_bit_differs_however_prompts_are_batched(model: str, prompts: int, times: int) -> None:
    """In random orders, in batches of 1 to 64 prompts, with some forgotten and asked again, with one thread and two, in
    a cache so small that it is cleared again and again."""
    task = {"threads": [1, 2], "prompts": prompts, "batchings": times, "cells": 4096}
    program = [sys.executable, "-m", batchings.__name__, str(locate(find_model(model)))]
    done = subprocess.run(program, input=json.dumps(task), text=True, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"prompts": prompts, "evaluations": 2 * times * prompts, "differ": 0}


def policies(store: Path) -> dict[bytes, set[tuple[bytes, float]]]:
    """The policy and the mass on legal moves, each time that a prompt was asked."""
    found = defaultdict(set)
    rows = (
        "SELECT sha256, policy, mass FROM rounds JOIN prompts ON prompts.cell = rounds.cell AND prompts.number = prompt"
    )
    with closing(sqlite3.connect(store)) as connection:
        for prompt, policy, mass in connection.execute(rows):
            found[prompt].add((policy, mass))
    return found


@pytest.mark.parametrize("model", [SMOLLM2, pytest.param(GEMMA, marks=pytest.mark.slow)])
def test_runs_of_different_sizes_agree_to_the_last_bit(tmp_path: Path, model: str) -> None:
    """Fewer matches are batched differently. Whatever both have asked has one policy."""
    asked = []
    for games in (12, 5):
        store = tmp_path / f"{games}.db"
        run = ("tournament", "--subject", f"llm:{model}", "--games", str(games), "--rounds", "3", "--repeatable")
        arena(*run, "--store", store)
        asked.append(policies(store))
    shared = asked[0].keys() & asked[1].keys()
    assert len(shared) >= 4
    assert all(len(asked[0][prompt] | asked[1][prompt]) == 1 for prompt in shared)
