"""From a choice to a table with its sitting: cells are planned and models loaded beside the screen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from arena.backends.loading import Models
from arena.experiments.tournament.cells import Cell, Options, check_length, plan_cells
from arena.experiments.tournament.match import Table
from arena.games import Game, parse_game
from arena.session.choice import Choice


@dataclass(frozen=True, slots=True)
class Laid:
    """A table that is ready to be played at."""

    game: Game
    cell: Cell
    table: Table
    options: Options


async def lay(choice: Choice, models: Models) -> Laid:
    """Seat the agents, loading what must be loaded. Raises ArenaError where that can't be done, TooLong
    where the match doesn't fit a model's context."""
    options = Options(history=choice.history)
    (cell,) = await plan_cells([choice.subject], [choice.opponent], [choice.game], options, models)
    await models.close_others(cell.models)
    for name in cell.models:
        await models.identify(name)  # before it is loaded: weights that aren't there are told at once
    await check_length(cell, choice.rounds, models)
    seed = secrets.randbelow(2**32) if choice.seed is None else choice.seed
    return Laid(parse_game(choice.game), cell, await cell.table(seed, models), options)
