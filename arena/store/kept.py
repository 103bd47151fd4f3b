"""A cell's numbers, kept so that a finished run is shown again without reading a million rounds anew.

They aren't part of a run: they are neither exported nor merged. Whoever keeps them says what they were made from (how
much of the cell, by which code), and gets them back only for the same. A round that any program changes or removes
takes them with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from arena.store.codec import canonical, decoding, json_object
from arena.store.rows import CellRow
from arena.store.store import Store

# made when something is first kept: older stores are without it, and other versions of Arena pass over it
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS kept"
    " (cell INTEGER PRIMARY KEY REFERENCES cells (id), source TEXT NOT NULL, numbers TEXT NOT NULL)",
    "CREATE TRIGGER IF NOT EXISTS round_changed AFTER UPDATE ON rounds"
    " BEGIN DELETE FROM kept WHERE cell IN (OLD.cell, NEW.cell); END",
    "CREATE TRIGGER IF NOT EXISTS round_removed AFTER DELETE ON rounds"
    " BEGIN DELETE FROM kept WHERE cell = OLD.cell; END",
)


def keep(store: Store, cell: CellRow, source: Mapping[str, Any], numbers: Mapping[str, Any]) -> None:
    """Keep a cell's numbers in a store that is open for writing. Raises StoreError."""
    with store.holding(cell.run).transaction() as connection:
        for statement in _TABLE:
            connection.execute(statement)
        row = (cell.id, canonical(_source(cell, source)), json.dumps(numbers))
        connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", row)


def kept(store: Store, cell: CellRow, source: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was kept of a cell, if it was made from what is there now; else None. Raises StoreError."""
    with store.holding(cell.run).guard() as connection, decoding():
        if not connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'kept'").fetchone():
            return None
        query = "SELECT numbers FROM kept WHERE cell = ? AND source = ?"
        row = connection.execute(query, (cell.id, canonical(_source(cell, source)))).fetchone()
        return None if row is None else json_object(row[0])


def _source(cell: CellRow, source: Mapping[str, Any]) -> dict[str, Any]:
    """What numbers were made from, with how much of the cell there was and counted."""
    there = {"done": cell.done, "open": cell.open, "below": cell.below, "reached": cell.reached, "played": cell.played}
    return {**there, **source}
