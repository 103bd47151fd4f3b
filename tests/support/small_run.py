"""A small run of rock-paper-scissors for tests of the store: specs, rounds, and a store filled with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from arena.errors import StoreError
from arena.records import Decision, Outcome, Policy, Prompt, Round, Sample, TokenProbability
from arena.store import CellSpec, RunSpec, Store
from arena.store.rows import Asked
from tests.support.specs import tournament_run

MakeSpec = Callable[..., RunSpec]
MakeRound = Callable[..., Round]


@pytest.fixture(scope="session")
def make_spec() -> MakeSpec:
    """A spec; any field can be changed."""

    def make(**changes: object) -> RunSpec:
        cells = (
            CellSpec("uniform|greedy|rps|-|-", "uniform", "greedy", "rps"),
            CellSpec("llm:m|greedy|rps|log|-", "llm:m", "greedy", "rps", Asked(style="base", wording="log")),
        )
        whole: dict[str, object] = {
            "cells": cells,
            "rounds": 3,
            "models": {"m": "abc"},
            "size": 5,
            "manifest": {"machine": "this one"},
        }
        return tournament_run(**(whole | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def make_round() -> MakeRound:
    """A round of rock-paper-scissors as a model plays it, with an invalid answer and a prompt."""

    def make(number: int, text: str = " paper", prompt: str = "Round 1:") -> Round:
        top = (TokenProbability(7, -0.5), TokenProbability(9, -1.25))
        answers = (Sample("hm", (3, 4), "length"), Sample(text, (7,), "move"))
        asked = Prompt(prompt, (2, 10, 11), top)
        return Round(
            number,
            Outcome.LOSS,
            Decision(Policy((0.25, 0.625, 0.125), 0.9, 0.95), 1, answers, asked),
            Decision(None, 2),
        )

    return make


def refusal(path: Path, *, create: bool = False) -> str:
    """The sentence with which opening is refused."""
    with pytest.raises(StoreError) as caught:
        Store.open(path, create=create)
    assert str(path.parent) in str(caught.value)
    return str(caught.value)


@pytest.fixture
def filled(tmp_path: Path, make_spec: Callable[..., RunSpec], make_round: Callable[..., Round]) -> Path:
    """A store with a run of a hundred matches."""
    path = tmp_path / "filled.db"
    spec = make_spec(size=100, rounds=1)
    with Store.open(path, create=True) as store, store.begin(spec) as writer:
        for match in range(100):
            writer.add_round(spec.cells[1].key, match, make_round(1, prompt=f"prompt {match}"))
            writer.finish_match(spec.cells[1].key, match)
    return path
