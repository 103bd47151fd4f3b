"""Exact cells of table models: what a command would store, without a command."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from arena.experiments.experiment import Observer, carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.store.rows import RunRow
from arena.store.store import Store
from tests.support.table_model import TableModel, TableModels


def follow(store: Path, model: TableModel, **spec: Any) -> RunRow:
    """The run of a tournament of that model, exact unless `spec` says otherwise. Raises what the run raises."""
    models = TableModels(model)
    whole = {"subjects": ("llm:table",), "exact": True, **spec}

    async def go(opened: Store) -> RunRow:
        plan = await plan_tournament(TournamentSpec(**whole), models)
        return await carry_out(plan, opened, models, Observer())

    with Store.open(store, create=True) as opened:
        return asyncio.run(go(opened))


def found_in(store: Path) -> list[dict[str, Any]]:
    """The exact numbers of the last run's cells."""
    with Store.open(store) as opened:
        run = opened.run(None)
        return [opened.findings(cell)["exact"] for cell in opened.cells(run)]
