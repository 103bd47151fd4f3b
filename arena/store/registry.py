"""Which runs there are: finding the run of a spec or making it, and reading runs back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from sqlite3 import Connection
from typing import Any

from arena.errors import UsageError
from arena.store.codec import canonical, decoding, identity, json_object, optional_json, optional_object
from arena.store.database import Database
from arena.store.rows import CellSpec, RunRow, RunSpec

_RUN_COLUMNS = "id, name, kind, games, rounds, seed, sampling, invalid, models, manifest, created, finished_games"


def load_runs(database: Database) -> list[RunRow]:
    """All runs, the oldest first. Raises StoreError."""
    with database.snapshot() as connection:
        cells = connection.execute(
            "SELECT run, key, subject, opponent, game, prompt, opponent_prompt FROM cells ORDER BY run, position"
        )
        with decoding():
            of_run = {run: tuple(_cell(row) for row in rows) for run, rows in groupby(cells, lambda row: row[0])}
            rows = connection.execute(f"SELECT {_RUN_COLUMNS} FROM runs ORDER BY id")
            return [_run(row, of_run.get(row[0], ())) for row in rows]


def find_run(database: Database, spec: RunSpec) -> RunRow | None:
    """The run of this identity, if it is there. Raises StoreError."""
    with database.guard() as connection:
        run, _ = _find(connection, spec)
    return None if run is None else _load_run(database, run)


def enter_run(database: Database, spec: RunSpec) -> RunRow:
    """The run of this identity, made if it isn't there; one that was begun under an older rule has it from now on.

    Raises StoreError; UsageError if a cell is there twice.
    """
    keys = [cell.key for cell in spec.cells]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(f"the cell {key} is asked for twice: name each subject and game once")
    with database.transaction() as connection:
        run, is_former = _find(connection, spec)
        if run is None:
            run = _insert(connection, spec)
        elif is_former:
            new = identity(spec), canonical(spec.models), run
            connection.execute("UPDATE runs SET identity = ?, models = ? WHERE id = ?", new)
    return _load_run(database, run)


def raise_games(database: Database, run: RunRow, games: int) -> RunRow:
    """The run, asked for at least so many games; it is then unfinished if it has had fewer. Raises StoreError."""
    with database.transaction() as connection:
        connection.execute("UPDATE runs SET games = MAX(games, ?) WHERE id = ?", (games, run.id))
    return _load_run(database, run.id)


def mark_finished(database: Database, run: RunRow) -> RunRow:
    """The run, finished as of its present games. Raises StoreError."""
    with database.transaction() as connection:
        connection.execute("UPDATE runs SET finished_games = games WHERE id = ?", (run.id,))
    return _load_run(database, run.id)


def _load_run(database: Database, id_: int) -> RunRow:
    return next(run for run in load_runs(database) if run.id == id_)


def _find(connection: Connection, spec: RunSpec) -> tuple[int | None, bool]:
    """The number of a spec's run, None if it isn't there, and whether only the older rule knows it."""
    for known in (spec, replace(spec, models={**spec.models, **spec.former})):
        row = connection.execute("SELECT id FROM runs WHERE identity = ?", (identity(known),)).fetchone()
        if row is not None:
            return int(row[0]), known is not spec
    return None, False


def _insert(connection: Connection, spec: RunSpec) -> int:
    now = datetime.now().astimezone()
    run = connection.execute(
        "INSERT INTO runs (name, identity, kind, games, rounds, seed, sampling, invalid, models, manifest, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _free_name(connection, now),
            identity(spec),
            spec.kind,
            spec.games,
            spec.rounds,
            str(spec.seed),
            spec.sampling,
            spec.invalid,
            canonical(spec.models),
            canonical(spec.manifest),
            now.isoformat(timespec="seconds"),
        ),
    ).lastrowid
    assert run is not None  # it is None only before the first INSERT
    connection.executemany(
        "INSERT INTO cells (run, position, key, subject, opponent, game, prompt, opponent_prompt)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                run,
                position,
                cell.key,
                cell.subject,
                cell.opponent,
                cell.game,
                optional_json(cell.prompt),
                optional_json(cell.opponent_prompt),
            )
            for position, cell in enumerate(spec.cells)
        ],
    )
    return run


def _free_name(connection: Connection, now: datetime) -> str:
    """The day's date and a number that counts the day's runs in this store."""
    day = f"{now:%Y-%m-%d}-"
    names: Iterable[tuple[str]] = connection.execute("SELECT name FROM runs WHERE name GLOB ?", (f"{day}*",))
    numbers = [int(number) for (name,) in names if (number := name.removeprefix(day)).isdigit()]
    return f"{day}{max(numbers, default=0) + 1}"


def _cell(row: tuple[Any, ...]) -> CellSpec:
    _, key, subject, opponent, game, prompt, opponent_prompt = row
    if not all(type(text) is str for text in (key, subject, opponent, game)):
        raise ValueError("a cell's names are no text")
    return CellSpec(key, subject, opponent, game, optional_object(prompt), optional_object(opponent_prompt))


def _run(row: tuple[Any, ...], cells: tuple[CellSpec, ...]) -> RunRow:
    id_, name, kind, games, rounds, seed, sampling, invalid, models, manifest, created, finished_games = row
    if not all(type(text) is str for text in (name, kind, sampling, invalid, created)):
        raise ValueError("what a run is called is no text")
    if not all(type(number) is int for number in (games, rounds, finished_games)) or min(games, rounds) < 1:
        raise ValueError(f"run {name} has {games!r} games of {rounds!r} rounds")
    spec = RunSpec(
        kind=kind,
        cells=cells,
        rounds=rounds,
        seed=int(seed),
        sampling=sampling,
        invalid=invalid,
        models=_texts(json_object(models)),
        games=games,
        manifest=json_object(manifest),
    )
    return RunRow(id_, name, spec, created, finished_games)


def _texts(models: dict[str, Any]) -> dict[str, str]:
    if not all(isinstance(identity, str) for identity in models.values()):
        raise ValueError("a model's identity is no text")
    return models
