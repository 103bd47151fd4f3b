"""How a person's match stands beside recorded people, in a line for the end of the match."""

from __future__ import annotations

import numpy as np

from arena.experiments.people.keeping import EXPERIMENT
from arena.experiments.people.played import NO_MOVE, recorded_matches
from arena.games import Game
from arena.records import Seat
from arena.stats.foresight import MarkovPredictor
from arena.stats.percentile import percentile
from arena.store.store import Store


def among_people(store: Store, game: Game, seat: Seat, rounds: int, rate: float) -> str:
    """Where somebody of whom the app foresaw the share `rate` in a match of `rounds` rounds stands among recorded
    people in their first rounds; "" if the store has none who chose among the same moves. Raises StoreError."""
    rates = [
        found
        for run in store.runs()
        if run.spec.experiment == EXPERIMENT and run.finished
        for cell in store.cells(run)
        if cell.spec.what == game.name and game.moves_of(seat) == game.moves
        for match in recorded_matches(store, cell, game)
        if len(match.moves) >= rounds and (found := _rate(match.moves[:rounds].tolist(), len(game.moves))) is not None
    ]
    rank = percentile(np.array([rate]), np.array(rates)).value
    return "" if rank is None else f"more foreseeable than {rank:.0f}% of {len(rates):,} people"


def _rate(moves: list[int], kinds: int) -> float | None:
    predictor = MarkovPredictor(kinds)
    for move in moves:
        if move != NO_MOVE:
            predictor.update(move)
    return predictor.rate
