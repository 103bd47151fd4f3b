"""From a choice to a pairing: cells are planned and models loaded in the background."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from arena.backends.loading import Models
from arena.experiments.tournament.cells import Cell, check_length, plan_cells
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.sitting import sitting_run
from arena.experiments.tournament.spec import TournamentSpec
from arena.session.choice import Choice
from arena.store.rows import RunSpec


@dataclass(frozen=True, slots=True)
class Prepared:
    """A pairing that is ready to play."""

    cell: Cell
    pairing: Pairing
    run: RunSpec


async def prepare(choice: Choice, models: Models) -> Prepared:
    """Seat the agents, loading models as needed. Raises ArenaError if that fails, TooLong if the match doesn't
    fit a model's context."""
    spec = TournamentSpec(
        subjects=(choice.subject,),
        opponents=(choice.opponent,),
        games=(choice.game,),
        rounds=choice.rounds,
        history=choice.history,
    )
    (cell,) = await plan_cells(spec, models)
    await models.close_others(cell.models)
    for name in cell.models:
        await models.identify(name)  # before loading, so that missing weights are reported at once
    await check_length(cell, choice.rounds, models)
    seed = secrets.randbelow(2**32) if choice.seed is None else choice.seed
    pairing = await cell.pairing(seed, models)
    return Prepared(cell, pairing, await sitting_run(cell, pairing, spec, models))
