"""A cell's rounds as columns: read in chunks into arrays of small types, because a million rows would take half a
gigabyte."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from sqlite3 import Connection
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.store.rows import CellRow, RoundColumns

_CHUNK: Final = 2048  # rows in memory at once
_INDEX: Final = "IIF({0} < 0, -2, COALESCE({0}, -1))"  # -1 means none, so a stored -1 must not look like it
# (name in RoundColumns, the SQL that gives it, the type that it is kept in)
_INTEGERS: Final = (
    ("match", "match", np.int32),
    ("number", "number", np.int32),
    ("move", _INDEX.format("move"), np.int16),
    ("reply", _INDEX.format("reply"), np.int16),
    ("outcome", "outcome", np.int8),
    ("drawn", "drawn", np.int32),
    ("invalid", "invalid", np.int32),
    ("prompt", _INDEX.format("prompt"), np.int32),
)
_FLOATS: Final = ("mass", "loose_mass")
_FINISHED: Final = "SELECT number FROM matches WHERE cell = ? AND finished = 1"
_SELECT: Final = (
    f"SELECT {', '.join([*(sql for _, sql, _ in _INTEGERS), *_FLOATS, 'policy'])} FROM rounds"
    " WHERE cell = ?1 AND (match < ?2 OR ?2 IS NULL) AND (number <= ?3 OR ?3 IS NULL) ORDER BY match, number"
)


def read_rounds(connection: Connection, cell: CellRow, moves: int) -> RoundColumns:
    """The rounds of the cell that count, unchecked; the game has `moves` moves for the subject. Raises ValueError for
    values of other types."""
    # read before the rounds: a match that is finished meanwhile isn't among them, with whatever it has by then
    finished = [number for (number,) in connection.execute(_FINISHED, (cell.id,))] if cell.reached is None else None
    known = _Policies(moves)
    parts: defaultdict[str, list[NDArray[Any]]] = defaultdict(list)
    for chunk in _chunks(connection, cell, known):
        for name, column in chunk.items():
            parts[name].append(column)
    # each column's parts are let go before the next one is made
    columns = {name: np.concatenate(parts.pop(name)) for name in list(parts)}
    rounds = RoundColumns(**columns, policies=known.array())
    if finished is None:
        return rounds
    whole = np.isin(rounds.match, _integers("match", finished, np.int32))
    return rounds if whole.all() else rounds.where(whole)


def _chunks(connection: Connection, cell: CellRow, known: _Policies) -> Iterator[dict[str, NDArray[Any]]]:
    cursor = connection.execute(_SELECT, (cell.id, cell.below, cell.reached))
    nothing: list[Sequence[Any]] = [()] * (len(_INTEGERS) + len(_FLOATS) + 1)
    first = True
    while (rows := cursor.fetchmany(_CHUNK)) or first:
        columns = iter(zip(*rows, strict=True) if rows else nothing)
        chunk: dict[str, NDArray[Any]] = {name: _integers(name, next(columns), kind) for name, _, kind in _INTEGERS}
        chunk |= {name: _floats(next(columns)) for name in _FLOATS}
        chunk["policy_of"] = known.places(next(columns))
        yield chunk
        first = False


class _Policies:
    """Distinct policies, in the order in which they come: a bot has few, and a model one a prompt."""

    def __init__(self, moves: int) -> None:
        self._moves = moves
        self._places: dict[bytes | None, int] = {}

    def places(self, blobs: Sequence[bytes | None]) -> NDArray[np.int32]:
        """The place of each among the distinct ones."""
        known = self._places
        return np.array([known.setdefault(blob, len(known)) for blob in blobs], dtype=np.int32)

    def array(self) -> NDArray[np.float64]:
        """The distinct ones, shape (distinct, moves), with NaN for None. Raises ValueError for one of another
        length."""
        blobs = list(self._places)
        if {len(blob) for blob in blobs if blob is not None} - {8 * self._moves}:
            raise ValueError(f"a policy that isn't over {self._moves} moves")
        none = np.full(self._moves, np.nan, dtype="<f8").tobytes()
        whole = b"".join(none if blob is None else blob for blob in blobs)
        policies = np.frombuffer(whole, dtype="<f8").astype(np.float64).reshape(len(blobs), self._moves)
        if int(np.isnan(policies).any(axis=1).sum()) != blobs.count(None):
            raise ValueError("a policy that isn't made of numbers")
        return policies


def _integers(name: str, values: Sequence[Any], kind: type[np.signedinteger[Any]]) -> NDArray[Any]:
    """A column of whole numbers, without conversion. Raises ValueError if it holds anything else."""
    try:
        column = np.frombuffer(array("q", values), dtype=np.int64)
    except (TypeError, OverflowError):
        column = None
    if column is None or (len(column) and not np.iinfo(kind).min <= column.min() <= column.max() <= np.iinfo(kind).max):
        raise ValueError(f"column {name} contains something other than whole numbers that are possible")
    return column.astype(kind)


def _floats(values: Sequence[Any]) -> NDArray[np.float64]:
    """A column of numbers; NULL becomes NaN."""
    if None in values:
        return np.array(values, dtype=np.float64)
    return np.frombuffer(array("d", values), dtype=np.float64)
