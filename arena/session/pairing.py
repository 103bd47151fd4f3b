"""From a choice to a table with its sitting: cells are planned and models loaded beside the screen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from arena.backends.loading import Models
from arena.experiments.tournament.cells import Cell, check_length, plan_cells
from arena.experiments.tournament.match import Table
from arena.experiments.tournament.sitting import sitting_run
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import Game, parse_game
from arena.session.choice import Choice
from arena.store.rows import RunSpec


@dataclass(frozen=True, slots=True)
class Laid:
    """A table that is ready to be played at."""

    game: Game
    cell: Cell
    table: Table
    run: RunSpec


async def lay(choice: Choice, models: Models) -> Laid:
    """Seat the agents, loading what must be loaded. Raises ArenaError where that can't be done, TooLong
    where the match doesn't fit a model's context."""
    spec = TournamentSpec(
        subjects=(choice.subject,),
        opponents=(choice.opponent,),
        games=(choice.game,),
        rounds=choice.rounds,
        history=choice.history,
    )
    (cell,) = await plan_cells(spec, models)
    await models.close_others(cell.models)
    await check_length(cell, choice.rounds, models)
    seed = secrets.randbelow(2**32) if choice.seed is None else choice.seed
    table = await cell.table(seed, models)
    return Laid(parse_game(choice.game), cell, table, await sitting_run(cell, table, spec, models))
