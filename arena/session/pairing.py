"""From a choice to a pairing: names are checked, cells planned, and models loaded in the background."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from arena.agents.agent import Agent
from arena.agents.spec import make_bot, parse_agent
from arena.backends.loading import Models
from arena.backends.weights.catalog import find_model
from arena.experiments.tournament.cells import Cell, check_length, plan_cells
from arena.experiments.tournament.dialled import with_dial
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.sitting import sitting_run
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import parse_game
from arena.records import Seat
from arena.session.choice import Choice
from arena.session.dial import check_dial
from arena.store.rows import RunSpec


def check(choice: Choice) -> None:
    """Refuse what can be refused before a model is loaded: UsageError or InputError for a game, an agent or a model
    that doesn't exist, for two agents that can't play each other, and for a dial where there can't be one."""
    rules = parse_game(choice.game)

    def seated(text: str, seat: Seat) -> Agent:
        spec = parse_agent(text)
        if spec.asks_model:
            find_model(spec.argument)
            spec = parse_agent("uniform")  # like a model, it isn't a person and reads nobody
        return make_bot(spec, rules, seat)

    check_dial(choice)
    Pairing(rules, seated(choice.subject, Seat.SUBJECT), seated(choice.opponent, Seat.OPPONENT), cell="", seed=0)


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
    if choice.mix is not None:
        cell = await with_dial(cell, choice.mix, spec, models)
    await models.close_others(cell.models)
    for name in cell.models:
        await models.identify(name)  # before loading, so that missing weights are reported at once
    await check_length(cell, choice.rounds, models)
    seed = secrets.randbelow(2**32) if choice.seed is None else choice.seed
    pairing = await cell.pairing(seed, models)
    return Prepared(cell, pairing, await sitting_run(cell, pairing, spec, models))
