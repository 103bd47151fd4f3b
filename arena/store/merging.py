"""Joining stores: parts of one run that were played in several places become that run, whole runs lie side by side.

A run is the same run wherever its identity is the same. What two stores both have of it must be equal. All of that is
compared before the first row is written, and everything is written in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from arena.errors import StoreError, UsageError
from arena.store.codec import ANSWER_COLUMNS, PROMPT_COLUMNS, ROUND_COLUMNS, canonical, identity
from arena.store.failures import file_refusals
from arena.store.lock import RunLock, being_written
from arena.store.manifest import joined
from arena.store.parts import CELLS, Part, Row, compare
from arena.store.place import refuse_repeated
from arena.store.registry import free_name, insert_run
from arena.store.rows import RunRow, Unit
from arena.store.store import Store

_COLUMNS: Final = ROUND_COLUMNS.split(", ")
_PROMPTS: Final = tuple(_COLUMNS.index(name) for name in ("prompt", "opponent_prompt"))  # by number, in their cell

_INSERT: Final = {
    "match": "INSERT INTO matches (cell, number, finished, abandoned) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " finished = MAX(finished, excluded.finished), abandoned = MAX(abandoned, excluded.abandoned)",
    "round": f"INSERT INTO rounds (cell, match, {ROUND_COLUMNS}) VALUES (?, ?{', ?' * len(_COLUMNS)})"
    " ON CONFLICT DO NOTHING",
    "prompt": f"INSERT INTO prompts (cell, number, seat, {PROMPT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "draw": f"INSERT INTO answers (cell, number, {ANSWER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    "finding": "INSERT INTO findings (cell, name, found) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
}


class Joined(NamedTuple):
    """A run as it is now in the store that was merged into, and where it came from: (store, its name there)."""

    run: RunRow
    origins: tuple[tuple[Path, str], ...]


def merge(sources: Sequence[Path], into: Path) -> list[Joined]:
    """Join all runs of the stores `sources` into the store `into`, which is made if it isn't there.

    Of a run that several have, the name and the date are those of the oldest; a cell's seconds are added up, or where
    two have the same matches the larger are taken. A prompt that several asked is kept as the oldest had it. Nothing is
    written to the sources, and nothing at all if they contradict each other.

    Raises UsageError if a store is named twice, InputError if two stores contradict each other, StoreError if one can't
    be read, if a run is being written by another process, or if `into` can't be written.
    """
    _refuse_places(sources, into)
    with ExitStack() as stack:
        opened = [stack.enter_context(Store.open(path)) for path in sources]
        with _target(into) as target:
            return _join(opened, target)


def _refuse_places(sources: Sequence[Path], into: Path) -> None:
    refuse_repeated(sources)
    for path in sources:
        with file_refusals(path):
            empty = path.is_file() and not path.stat().st_size
        if empty:  # to open it would make a store of it
            raise StoreError(f"{path} is an empty file, so there is nothing to merge: leave it out")
    try:
        refuse_repeated([*sources, into])
    except UsageError as error:
        raise UsageError(f"a store can't be merged into itself: {error}") from None


@contextmanager
def _target(into: Path) -> Iterator[Store]:
    """The store to write to. A new one gets its name when all is in it."""
    if into.exists():
        with Store.open(into, create=True) as store:
            yield store
        return
    place = Path(os.path.realpath(into))
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with Store.open(part, create=True) as store:
            store.database.path = into  # which is what sentences are to name
            yield store
        with file_refusals(into):
            if place.exists():
                raise StoreError(f"another program made {into} meanwhile: give the same command again to add to it")
            part.replace(place)
    finally:
        with file_refusals(into):
            for end in ("", "-wal", "-shm"):
                part.with_name(f"{part.name}{end}").unlink(missing_ok=True)


def _join(sources: Sequence[Store], target: Store) -> list[Joined]:
    with ExitStack() as stack:
        runs = [(store, run) for store in sources for run in store.runs()]
        for store, run in runs:
            if (process := store.writer_of(run)) is not None:
                raise being_written(store.path, run.name, process)
        for store in sources:
            stack.enter_context(store.database.snapshot())
        found: dict[str, list[Part]] = {}
        for part in sorted((Part(store, run) for store, run in runs), key=lambda part: part.began):
            found.setdefault(identity(part.run.spec), []).append(part)
        there = {identity(run.spec): run for run in target.runs()}
        for run in (there[known] for known in found if known in there):
            stack.callback(RunLock.take(target.database.file, run.name).give_up)
        with target.database.transaction() as connection, _indexed(connection):
            ids = {}
            for known, parts in found.items():
                mine = Part(target, there[known]) if known in there else None
                seconds = compare([mine, *parts] if mine else parts)
                ids[_write(connection, mine, parts, seconds)] = parts
    return [
        Joined(run, tuple((part.path, part.run.name) for part in ids[run.id])) for run in target.runs() if run.id in ids
    ]


# -- writing ------------------------------------------------------------------------------------------------


def _write(
    connection: sqlite3.Connection, mine: Part | None, parts: Sequence[Part], seconds: Mapping[str, float]
) -> int:
    """Add to the run, or make it; its number."""
    everyone = sorted([*([mine] if mine else []), *parts], key=lambda part: part.began)
    older = everyone[0].run
    id_ = mine.run.id if mine else None
    taken = connection.execute("SELECT 1 FROM runs WHERE name = ? AND id IS NOT ?", (older.name, id_)).fetchone()
    name = free_name(connection, older.created) if taken else older.name
    if id_ is None:
        id_ = insert_run(connection, older.spec, name, older.created)
    cells = {key: cell for key, cell, _ in connection.execute(CELLS, (id_,))}
    for part in parts:
        for key, cell in cells.items():
            try:
                _copy(connection, part, key, cell)
            except sqlite3.IntegrityError as error:
                raise part.damaged(f"run {part.run.name}, {key}: {error}") from error
    for key, cell in cells.items():
        _number_prompts(connection, cell)
        connection.execute("UPDATE cells SET seconds = ? WHERE id = ?", (seconds[key], cell))
    size = max(part.run.spec.size for part in everyone)
    done = size if _is_whole(connection, older.spec.unit, size, [*cells.values()]) else 0
    connection.execute(
        "UPDATE runs SET name = ?, created = ?, size = ?, finished_size = ?, manifest = ?, in_order = ? WHERE id = ?",
        (
            name,
            older.created,
            size,
            max(done, *(part.run.finished_size for part in everyone)),
            canonical(joined([part.run.spec.manifest for part in everyone])),
            all(part.run.spec.in_order for part in everyone),
            id_,
        ),
    )
    return id_


def _copy(connection: sqlite3.Connection, part: Part, key: str, cell: int) -> None:
    """Put all that a part has of a cell beside what is there."""
    here = part.cells[key]
    numbers: dict[int | None, int | None] = {None: None}  # of prompts: theirs -> ours
    (free,) = connection.execute("SELECT COALESCE(MAX(number), -1) + 1 FROM prompts WHERE cell = ?", (cell,)).fetchone()
    query = f"SELECT number, seat, {PROMPT_COLUMNS} FROM prompts WHERE cell = ? ORDER BY number"
    for number, seat, digest, *prompt in part.rows(query, here):
        found = connection.execute(
            "SELECT number FROM prompts WHERE cell = ? AND seat = ? AND sha256 = ?", (cell, seat, digest)
        ).fetchone()
        if found is None:
            connection.execute(_INSERT["prompt"], (cell, free, seat, digest, *prompt))
            found, free = (free,), free + 1
        numbers[number] = found[0]

    def rounds() -> Iterator[Row]:
        for match, *row in part.rows(f"SELECT match, {ROUND_COLUMNS} FROM rounds WHERE cell = ?", here):
            for at in _PROMPTS:
                if row[at] not in numbers:
                    raise part.damaged(f"run {part.run.name}, {key}, match {match}: a prompt is missing")
                row[at] = numbers[row[at]]
            yield cell, match, *row

    connection.executemany(_INSERT["match"], ((cell, *match) for match in part.matches(key)))
    connection.executemany(_INSERT["round"], rounds())
    for kind in ("draw", "finding"):
        connection.executemany(_INSERT[kind], ((cell, *row) for row in part.of_cell(kind, key)))


@contextmanager
def _indexed(connection: sqlite3.Connection) -> Iterator[None]:
    """Within the context, the rounds of a prompt are found at once. SQLite looks for them each time that a prompt gets
    another number, which would take hours in a store of a hundred cells."""
    for column in ("prompt", "opponent_prompt"):
        connection.execute(f"CREATE INDEX merging_{column} ON rounds (cell, {column})")
    yield
    for column in ("prompt", "opponent_prompt"):
        connection.execute(f"DROP INDEX merging_{column}")


def _number_prompts(connection: sqlite3.Connection, cell: int) -> None:
    """Number a cell's prompts by their first use, match by match, as if the matches had been played one by one; those
    that no round names come last, as they were."""
    order: dict[int, int] = {}
    for query in (
        "SELECT prompt, opponent_prompt FROM rounds WHERE cell = ? ORDER BY match, number",
        "SELECT number FROM prompts WHERE cell = ? ORDER BY number",
    ):
        for row in connection.execute(query, (cell,)):
            for number in row:
                if number is not None:
                    order.setdefault(number, len(order))
    if all(old == new for old, new in order.items()):
        return
    connection.execute("PRAGMA defer_foreign_keys = ON")  # until the transaction ends
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS numbers (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
    connection.execute("DELETE FROM temp.numbers")
    connection.executemany("INSERT INTO temp.numbers VALUES (?, ?)", order.items())
    new = "(SELECT new FROM temp.numbers WHERE old = {})"
    # in two steps, so that no two prompts have the same number meanwhile
    above = max(order) + 1
    connection.execute(f"UPDATE prompts SET number = {new.format('number')} + {above} WHERE cell = ?", (cell,))
    connection.execute(f"UPDATE prompts SET number = number - {above} WHERE cell = ?", (cell,))
    connection.execute(
        f"UPDATE rounds SET prompt = {new.format('prompt')}, opponent_prompt = {new.format('opponent_prompt')}"
        " WHERE cell = ?",
        (cell,),
    )


def _is_whole(connection: sqlite3.Connection, unit: Unit, size: int, cells: Sequence[int]) -> bool:
    """Whether every cell has all that the run is asked for, none missing in between."""
    if unit is Unit.FINDING:
        return False  # which findings there must be is for the experiment to say
    query = {
        Unit.MATCH: "SELECT COUNT(*) >= ?2 FROM matches WHERE cell = ?1 AND finished = 1 AND number < ?2",
        Unit.ANSWER: "SELECT COUNT(value) >= ?2 AND MAX(number) + 1 = COUNT(*) FROM answers WHERE cell = ?1",
    }[unit]
    return all(connection.execute(query, (cell, size)).fetchone()[0] for cell in cells)
