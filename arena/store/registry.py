"""Which runs there are: finding or making the run of a spec, and reading runs back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from sqlite3 import Connection
from typing import Any

import msgspec

from arena.errors import UsageError
from arena.store.codec import canonical, decoding, identity, json_object
from arena.store.database import Database
from arena.store.manifest import gone_on
from arena.store.rows import Asked, CellSpec, RunRow, RunSpec, Unit

_RUN_COLUMNS = (
    "experiment, unit, in_order, size, rounds, seed, settings, models, manifest, name, created, finished_size, id"
)
_CELL_COLUMNS = "key, subject, opponent, what, asked, opponent_asked, detail"


def load_runs(database: Database) -> list[RunRow]:
    """All runs, the oldest first. Raises StoreError."""
    with database.snapshot() as connection:
        cells = connection.execute(f"SELECT run, {_CELL_COLUMNS} FROM cells ORDER BY run, position")
        with decoding():
            of_run = {run: tuple(_cell(*row) for _, *row in rows) for run, rows in groupby(cells, lambda row: row[0])}
            rows = connection.execute(f"SELECT {_RUN_COLUMNS} FROM runs ORDER BY datetime(created), id")
            return [_run(row, of_run.get(row[-1], ())) for row in rows]


def find_run(database: Database, spec: RunSpec) -> RunRow | None:
    """The run of this identity, if it is there. Raises StoreError."""
    with database.guard() as connection:
        run, _ = _find(connection, spec)
    return None if run is None else _load_run(database, run)


def enter_run(database: Database, spec: RunSpec) -> RunRow:
    """The run of this identity, made if it isn't there; a run begun under an older rule has this one from now on.

    Raises StoreError, and UsageError if the spec has a cell twice.
    """
    keys = [cell.key for cell in spec.cells]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(f"the cell {key} is asked for twice: name each subject and game once")
    with database.transaction() as connection:
        run, is_former = _find(connection, spec)
        if run is None:
            now = datetime.now().astimezone().isoformat(timespec="seconds")
            run = insert_run(connection, spec, free_name(connection, now), now)
        elif is_former:
            new = identity(spec), canonical(spec.models), run
            connection.execute("UPDATE runs SET identity = ?, models = ? WHERE id = ?", new)
    return _load_run(database, run)


def raise_size(database: Database, run: RunRow, size: int) -> RunRow:
    """The run, asked for at least `size`; it is then unfinished if it has less. Raises StoreError."""
    with database.transaction() as connection:
        connection.execute("UPDATE runs SET size = MAX(size, ?) WHERE id = ?", (size, run.id))
    return _load_run(database, run.id)


def note_going_on(database: Database, run: RunRow, manifest: Mapping[str, Any]) -> RunRow:
    """The run, with what runs it now and the commands in its manifest, each once. Raises StoreError."""
    known = canonical(gone_on(run.spec.manifest, manifest))
    if known == canonical(run.spec.manifest):
        return run
    with database.transaction() as connection:
        connection.execute("UPDATE runs SET manifest = ? WHERE id = ?", (known, run.id))
    return _load_run(database, run.id)


def mark_finished(database: Database, run: RunRow) -> RunRow:
    """The run, marked as finished at its present size. Raises StoreError."""
    with database.transaction() as connection:
        connection.execute("UPDATE runs SET finished_size = size WHERE id = ?", (run.id,))
    return _load_run(database, run.id)


def _load_run(database: Database, id_: int) -> RunRow:
    return next(run for run in load_runs(database) if run.id == id_)


def _find(connection: Connection, spec: RunSpec) -> tuple[int | None, bool]:
    """The id of a spec's run, None if it isn't there, and whether only the older rule finds it."""
    for known in (spec, replace(spec, models={**spec.models, **spec.former})):
        row = connection.execute("SELECT id FROM runs WHERE identity = ?", (identity(known),)).fetchone()
        if row is not None:
            return int(row[0]), known is not spec
    return None, False


def insert_run(connection: Connection, spec: RunSpec, name: str, created: str) -> int:
    """Put in a run, unfinished, with its cells, and nothing in them; its number. A transaction must be on."""
    values = {
        "name": name,
        "identity": identity(spec),
        "experiment": spec.experiment,
        "unit": spec.unit,
        "in_order": spec.in_order,
        "size": spec.size,
        "rounds": spec.rounds,
        "seed": str(spec.seed),
        "settings": canonical(spec.settings),
        "models": canonical(spec.models),
        "manifest": canonical(spec.manifest),
        "created": created,
    }
    names = ", ".join(values)
    insert = f"INSERT INTO runs ({names}) VALUES ({', '.join('?' * len(values))})"
    run = connection.execute(insert, tuple(values.values())).lastrowid
    assert run is not None  # it is None only before the first INSERT
    connection.executemany(
        f"INSERT INTO cells (run, position, {_CELL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(run, position, *_cell_values(cell)) for position, cell in enumerate(spec.cells)],
    )
    return run


def _cell_values(cell: CellSpec) -> tuple[str | None, ...]:
    seats = cell.asked, cell.opponent_asked
    asked = (None if seat is None else canonical(msgspec.to_builtins(seat)) for seat in seats)
    return cell.key, cell.subject, cell.opponent, cell.what, *asked, canonical(cell.detail)


def free_name(connection: Connection, created: str) -> str:
    """The date on which a run was begun, and a number that counts the day's runs in this store."""
    day = f"{created[:10]}-"
    names: Iterable[tuple[str]] = connection.execute("SELECT name FROM runs WHERE name GLOB ?", (f"{day}*",))
    numbers = [int(number) for (name,) in names if (number := name.removeprefix(day)).isdigit()]
    return f"{day}{max(numbers, default=0) + 1}"


def _cell(
    key: str, subject: str, opponent: str, what: str, asked: str | None, opponent_asked: str | None, detail: str
) -> CellSpec:
    if not all(type(text) is str for text in (key, subject, what, opponent)):
        raise ValueError("a cell's names aren't text")
    return CellSpec(key, subject, opponent, what, _asked(asked), _asked(opponent_asked), json_object(detail))


def _asked(text: str | None) -> Asked | None:
    return None if text is None else msgspec.convert(json_object(text), Asked)


def _run(row: tuple[Any, ...], cells: tuple[CellSpec, ...]) -> RunRow:
    experiment, unit, in_order, size, rounds, seed, settings, models, manifest, name, created, finished_size, id_ = row
    if not all(type(text) is str for text in (name, experiment, created)):
        raise ValueError("a run's name isn't text")
    if not all(type(number) is int for number in (size, finished_size, rounds or 1)) or min(size, rounds or 1) < 1:
        raise ValueError(f"run {name} has a size of {size!r} with {rounds!r} rounds")
    spec = RunSpec(
        experiment=experiment,
        unit=Unit(unit),
        cells=cells,
        size=size,
        seed=int(seed),
        models=json_object(models),
        manifest=json_object(manifest),
        rounds=rounds,
        settings=json_object(settings),
        in_order=bool(in_order),
    )
    if not all(isinstance(identity, str) for identity in spec.models.values()):
        raise ValueError("a model's identity isn't text")
    fits = {Unit.MATCH: rounds is not None, Unit.ANSWER: rounds is None, Unit.FINDING: True}  # matches may be followed
    if not fits[spec.unit]:
        raise ValueError(f"run {name} consists of {unit}s and has {rounds!r} rounds")
    return RunRow(id_, name, spec, created, finished_size)
