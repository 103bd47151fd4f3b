"""From a choice to a pairing: cells are planned and models loaded beside the screen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from arena.backends.loading import Models
from arena.concurrency import aside
from arena.experiments.tournament.cells import Cell, Options, check_length, plan_cells
from arena.experiments.tournament.match import Pairing
from arena.games import Game, parse_game
from arena.session.choice import Choice


@dataclass(frozen=True, slots=True)
class Prepared:
    """A pairing that is ready to play."""

    game: Game
    cell: Cell
    pairing: Pairing
    options: Options


async def prepare(choice: Choice, models: Models) -> Prepared:
    """Seat the agents, loading what must be loaded. Raises ArenaError where that can't be done, TooLong
    where the match doesn't fit a model's context."""
    options = Options(history=choice.history)
    (cell,) = await plan_cells([choice.subject], [choice.opponent], [choice.game], options, models)
    await models.close_others(cell.models)
    for name in cell.models:  # finds and hashes the weights, which can take a while: not on the screen's thread
        await aside(models.identity, name)
    await check_length(cell, choice.rounds, models)
    seed = secrets.randbelow(2**32) if choice.seed is None else choice.seed
    return Prepared(parse_game(choice.game), cell, await cell.pairing(seed, models), options)
