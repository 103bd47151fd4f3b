"""The mirror with a real model: its prediction is read, stored, and played against."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path

import pytest

from arena.store import Store
from tests.integration.backends import Subject
from tests.support.commands import SMOLLM2, arena

MOVES = ("rock", "paper", "scissors")

pytestmark = pytest.mark.model


def test_a_real_model_predicts_a_player_from_the_outside(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    command = ("tournament", "--subject", "fixed:rock", "--opponent", f"mirror:{SMOLLM2}", "--games", "2")
    arena(*command, "--rounds", "2", "--store", store)
    with Store.open(store) as opened:
        run = opened.run(None)
        assert list(run.spec.models) == [SMOLLM2]
        (cell,) = opened.cells(run)
        rounds = opened.match(cell, 0)
        assert len(list(opened.prompts(cell))) == 2  # both matches are alike
    with closing(Subject("llama.cpp", SMOLLM2)) as subject:
        for played in (one.opponent for one in rounds):
            assert played.prompt is not None and played.policy is not None and not played.answers
            assert "Predict another player" in played.prompt.text
            # the model's own probabilities of the whole words, which nothing but its scores is asked for
            words = [
                sum(probability(subject, played.prompt.tokens, form) for form in (move, move.title())) for move in MOVES
            ]
            assert played.move == (words.index(max(words)) + 1) % 3  # paper beats rock, and so on
            assert played.policy.mass == pytest.approx(sum(words), abs=0.02)
            assert played.policy.mass > 0.8  # its wording makes a move the likely answer


def probability(subject: Subject, prompt: tuple[int, ...], word: str) -> float:
    """How likely a word is after a prompt."""
    tokens = subject.tokens(word)
    return math.exp(sum(subject.run(subject.model.score(prompt + tokens)).logprobs[-len(tokens) :]))
