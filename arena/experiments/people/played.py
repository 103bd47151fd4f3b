"""The moves of stored matches, whether they were recorded elsewhere or played here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.games import Game
from arena.store.rows import CellRow, RoundColumns
from arena.store.store import Store

NO_MOVE = -1  # as in the store's columns


@dataclass(frozen=True, slots=True)
class Played:
    """A match: the subject's `moves` and the `replies`, both of shape (rounds,), NO_MOVE where none was made."""

    moves: NDArray[np.int64]
    replies: NDArray[np.int64]


def played_matches(rounds: RoundColumns) -> list[Played]:
    """The matches that these rounds make up, by number."""
    begins = np.flatnonzero(np.diff(rounds.match)) + 1
    sides = np.split(rounds.move, begins), np.split(rounds.reply, begins)
    return [Played(*pair) for pair in zip(*sides, strict=True)] if len(rounds) else []


def recorded_matches(store: Store, cell: CellRow, game: Game) -> list[Played]:
    """All matches of a cell of recordings, by number, also those that ended before the run's longest did. Raises
    StoreError."""
    whole = iter(played_matches(store.rounds(cell, len(game.moves))))
    return [_short(store, cell, row.number) if row.abandoned else next(whole) for row in store.matches(cell)]


def _short(store: Store, cell: CellRow, number: int) -> Played:
    rounds = store.match(cell, number)
    moves = [(one.subject.move, one.opponent.move) for one in rounds]
    columns = np.array([[NO_MOVE if move is None else move for move in pair] for pair in moves], dtype=np.int64)
    return Played(columns[:, 0], columns[:, 1])
