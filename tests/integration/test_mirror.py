"""The mirror with a real model: its prediction is read, stored, and played against."""

from __future__ import annotations

from pathlib import Path

from arena.store import Store
from tests.support.commands import SMOLLM2, arena


def test_a_real_model_predicts_a_player_from_the_outside(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    command = ("tournament", "--subject", "fixed:rock", "--opponent", f"mirror:{SMOLLM2}", "--games", "2")
    arena(*command, "--rounds", "4", "--store", store)
    with Store.open(store) as opened:
        run = opened.run(None)
        assert list(run.spec.models) == [SMOLLM2]
        (cell,) = opened.cells(run)
        rounds = opened.match(cell, 0)
        prompts = list(opened.prompts(cell))
    assert {one.opponent.move for one in rounds[2:]} == {1}  # it has seen nothing but rock, and replies with paper
    assert len(prompts) == 4  # both matches are alike
    assert all("Predict another player" in one.prompt.text for one in prompts)
    masses = [one.opponent.policy.mass for one in rounds if one.opponent.policy is not None]
    assert min(masses) > 0.5  # its wording makes a move the likely answer
    assert all(not one.opponent.answers for one in rounds)
