"""Exact cells against enumeration, their bounds, and going on after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from arena.errors import ModelError
from arena.experiments.experiment import Observer, carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.records import Outcome
from arena.store.store import Store
from tests.support.enumerated import Rounds, enumerate_rounds
from tests.support.table_model import TableModel, TableModels, Weights


def stumbling(text: str) -> Mapping[str, float]:
    """A model that spells one move in pieces, and often answers with none; what is likely depends on the history."""
    spelled = next((rest for rest in ("issors", "ssors", "sors", "ors", "rs", "s") if text.endswith("scissors"[: -len(rest)])), "")
    if spelled:
        return {spelled[0]: 3.0, "\n": 1.0}
    size = len(text)
    return {" rock": 1 + size % 7, " paper": 1 + size % 5, " sc": 1 + size % 3, "\n x"[0]: 2.0, "<end>": 4.0}


def exact(store: Path, weights: Weights, model: TableModel | None = None, **spec: Any) -> dict[str, Any]:
    """The numbers of one cell."""
    models = TableModels(model or TableModel(weights))

    async def go(opened: Store) -> dict[str, Any]:
        whole = {"subjects": ("llm:table",), "rounds": 3, "matches": 5000, **spec}
        plan = await plan_tournament(TournamentSpec(exact=True, **whole), models)
        run = await carry_out(plan, opened, models, Observer())
        assert run.finished
        return opened.findings(opened.cells(run)[0])["exact"]

    with Store.open(store, create=True) as opened:
        return asyncio.run(go(opened))


def enumerated(weights: Weights, **spec: Any) -> Rounds:
    """The same by enumeration."""
    model = TableModel(weights)
    models = TableModels(model)

    async def pairing() -> Any:
        plan = await plan_tournament(TournamentSpec(subjects=("llm:table",), **spec), models)
        return await plan.cells[0].pairing(0, models)

    return enumerate_rounds(asyncio.run(pairing()), model, spec.get("rounds", 3))


@pytest.mark.parametrize("opponent", ["greedy", "markov:1", "uniform", "mix:rock=0.5,paper=0.5"])
@pytest.mark.parametrize("rule", [{"attempts": 2}, {"attempts": 20}, {"invalid": "policy"}, {"temperature": 0.7}])
def test_a_small_cell_is_what_enumeration_says(opponent: str, rule: dict[str, Any], tmp_path: Path) -> None:
    found = exact(tmp_path / "a.db", stumbling, opponents=(opponent,), **rule)
    wanted = enumerated(stumbling, opponents=(opponent,), rounds=3, **rule)
    assert found["net"] == pytest.approx(100 * wanted.net / 3, abs=1e-9)
    assert found["expected_net"] == pytest.approx(100 * wanted.expected / 3, abs=1e-9)
    assert found["determinism"]["mean"] == pytest.approx(wanted.determinism / 3, abs=1e-9)
    assert found["forfeit_rate"] == pytest.approx(100 * wanted.forfeits / 3, abs=1e-9)
    assert found["invalid_rate"] == pytest.approx(100 * wanted.invalid / wanted.drawn, abs=1e-9)
    for name, outcome in (("win", Outcome.WIN), ("tie", Outcome.TIE), ("loss", Outcome.LOSS)):
        weight, total = wanted.after[outcome]
        assert found["determinism_after"][name]["mean"] == pytest.approx(total / weight, abs=1e-9)
    for low, high in (found["net_bound_ci"], found["expected_net_bound_ci"]):
        assert high - low < 1e-8
    assert found["sampled_matches"] == 0
