"""A run as each of several stores has it, and whether they agree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from arena.errors import InputError, StoreError
from arena.store.codec import ANSWER_COLUMNS, ROUND_COLUMNS, decoding
from arena.store.failures import DamagedError, database_sentence
from arena.store.rows import RunRow
from arena.store.store import Store

CELLS: Final = "SELECT key, id, seconds FROM cells WHERE run = ?"
_MATCHES: Final = (
    "SELECT m.number, m.finished, m.abandoned, COUNT(r.number), MIN(r.number), MAX(r.number) FROM matches m"
    " LEFT JOIN rounds r ON r.cell = m.cell AND r.match = m.number WHERE m.cell = ? GROUP BY m.number"
)
# What two stores that have the same match, draw or finding must agree on: what its first columns are, and the SQL.
_PLAYED: Final = ", ".join(f"r.{name}" for name in ROUND_COLUMNS.split(", ") if "prompt" not in name)
_AGREE: Final = {
    "match": (
        ("match", "round"),
        f"SELECT r.match, {_PLAYED}, p.sha256, o.sha256 FROM rounds r"
        " LEFT JOIN prompts p ON p.cell = r.cell AND p.number = r.prompt"
        " LEFT JOIN prompts o ON o.cell = r.cell AND o.number = r.opponent_prompt"
        " WHERE r.cell = ? AND typeof(r.match) = 'integer' AND typeof(r.number) = 'integer'"
        " ORDER BY r.match, r.number",
    ),
    "draw": (("draw",), f"SELECT number, {ANSWER_COLUMNS} FROM answers WHERE cell = ? ORDER BY number"),
    "finding": (("finding",), "SELECT name, found FROM findings WHERE cell = ? ORDER BY name"),
}

Row = tuple[Any, ...]
Units = Mapping[str, set[Any]]  # what a cell has: the numbers of its matches and draws, the names of its findings


class Part:
    """A run as one store has it. What is wrong with it is told of that store."""

    def __init__(self, store: Store, run: RunRow) -> None:
        self.path, self.run = store.path, run
        self._database = store.database
        with store.database.guard(), decoding():
            self.began = run.began
        rows = list(self.rows(CELLS, run.id))
        self.cells = {key: cell for key, cell, _ in rows}
        self.seconds = {key: seconds for key, _, seconds in rows}
        if not all(type(seconds) is float and 0 <= seconds < math.inf for seconds in self.seconds.values()):
            raise self.damaged(f"run {run.name}: the seconds of a cell are no time")
        tables = {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        self._kinds = [kind for kind, table in (("draw", "answers"), ("finding", "findings")) if table in tables]

    def damaged(self, what: str) -> StoreError:
        """The error to raise for a row that can't be."""
        return StoreError(database_sentence(DamagedError(what), self.path))

    def rows(self, query: str, *values: Any) -> Iterator[Row]:
        """What a query finds, row by row. Raises StoreError."""
        with self._database.guard() as connection:
            yield from connection.execute(query, values)

    def of_cell(self, kind: str, key: str) -> Iterator[Row]:
        """All that the part must agree on with others that have it, in order."""
        return self.rows(_AGREE[kind][1], self.cells[key]) if kind == "match" or kind in self._kinds else iter(())

    def matches(self, key: str) -> Iterator[tuple[int, int, int]]:
        """The cell's matches: number, whether finished, whether abandoned. Raises StoreError if rounds are missing."""
        most = self.run.spec.rounds or 0
        for number, finished, abandoned, count, first, last in self.rows(_MATCHES, self.cells[key]):
            whole = type(number) is int and number >= 0 and (not count or (first == 1 and last == count <= most))
            if not whole or (finished and count < most):
                raise self.damaged(f"run {self.run.name}, {key}, match {number}: rounds are missing")
            yield number, finished, abandoned

    def units(self, key: str) -> Units:
        """What the cell has."""
        kinds = {kind: {row[0] for row in self.of_cell(kind, key)} for kind in self._kinds}
        for kind, named in (("draw", int), ("finding", str)):
            if not all(type(name) is named for name in kinds.get(kind, ())):
                raise self.damaged(f"run {self.run.name}, {key}: a {kind} has no such name")
        return {"match": {number for number, *_ in self.matches(key)}, **kinds}


def compare(parts: Sequence[Part]) -> dict[str, float]:
    """Each cell's seconds, if the parts agree on all that several of them have. Raises InputError if they don't."""
    seconds = {}
    for key in parts[0].cells:
        units = [part.units(key) for part in parts]
        for (one, ones), (other, others) in combinations(zip(parts, units, strict=True), 2):
            for kind in ones.keys() & others.keys():
                if ones[kind] & others[kind]:
                    _refuse_contradictions(one, other, key, kind)
        seconds[key] = _seconds(key, parts, units)
    return seconds


def _refuse_contradictions(one: Part, other: Part, key: str, kind: str) -> None:
    names, _ = _AGREE[kind]
    for ours, theirs in _both(one.of_cell(kind, key), other.of_cell(kind, key), len(names)):
        if ours != theirs:
            which = zip(names, ours[: len(names)], strict=True)
            # people count matches and draws from 1, as rounds are
            where = ", ".join(f"{name} {value + 1 if name in ('match', 'draw') else value}" for name, value in which)
            called = f"run {one.run.name}" + (f" (there {other.run.name})" if other.run.name != one.run.name else "")
            raise InputError(
                f"{one.path} and {other.path} contradict each other, and nothing was written: they differ in {called}, "
                f"cell {key}, {where}. Leave one of the two out"
            )


def _both(ones: Iterator[Row], others: Iterator[Row], width: int) -> Iterator[tuple[Row, Row]]:
    """The rows that both have, of two that are ordered by their first `width` columns."""
    one, other = next(ones, None), next(others, None)
    while one is not None and other is not None:
        if one[:width] == other[:width]:
            yield one, other
            one, other = next(ones, None), next(others, None)
        elif one[:width] < other[:width]:
            one = next(ones, None)
        else:
            other = next(others, None)


def _seconds(key: str, parts: Sequence[Part], units: Sequence[Units]) -> float:
    """The time that all worked on a cell: of those that have something in common, one is taken for a copy of the
    other that may have gone on, and the longer time counts."""
    total = 0.0
    for at, part in enumerate(parts):
        shares = any(units[at][kind] & before[kind] for before in units[:at] for kind in units[at].keys() & before)
        fresh = any(units[at].values()) and not shares
        total = total + part.seconds[key] if fresh else max(total, part.seconds[key])
    return total
