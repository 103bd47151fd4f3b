"""Stores of older schemas: read as they are, and brought up to date when they are written to.

Up to schema 2 a numbers run was called a "task" of one round, its mode a sampling, and its task a game. A run's
identity, and so its key in exports, keeps those words: equal runs have equal keys whichever Arena made them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import Any, Final

OLDEST: Final = 1  # the oldest schema that is read
_NEW_TABLES: Final = {2: ("answers", "findings")}  # tables that a schema added to the one before

# Each table in its present form, from its form up to schema 2.
_AS_NOW: Final = {
    "runs": """SELECT id, name, identity,
        CASE kind WHEN 'task' THEN 'numbers' ELSE kind END AS experiment,
        CASE WHEN kind <> 'task' THEN 'match' WHEN sampling IN ('exact', 'rewards') THEN 'finding' ELSE 'answer' END
            AS unit,
        kind = 'match' AS in_order, games AS size, CASE kind WHEN 'task' THEN NULL ELSE rounds END AS rounds, seed,
        json_object(CASE kind WHEN 'task' THEN 'mode' ELSE 'sampling' END, sampling, 'invalid', invalid) AS settings,
        models, manifest, created, finished_games AS finished_size FROM main.runs""",
    "cells": """SELECT id, run, position, key, subject, game AS what, opponent, prompt AS asked,
        opponent_prompt AS opponent_asked, '{}' AS detail, seconds FROM main.cells""",
}


def show_as_now(connection: Connection) -> None:
    """Let this connection see an older store's tables in their present form; the file is left as it is."""
    for table, select in _AS_NOW.items():
        connection.execute(f"CREATE TEMP VIEW {table} AS {select}")


def bring_up_to_date(connection: Connection, version: int, statements: Sequence[str]) -> None:
    """Turn an older store's tables into those that `statements` create. Foreign keys must be off, a transaction on."""

    def create(table: str, name: str) -> None:
        (statement,) = [one for one in statements if f"CREATE TABLE {table} (" in one]
        connection.execute(statement.replace(f"CREATE TABLE {table} (", f"CREATE TABLE {name} (", 1))

    for later, tables in _NEW_TABLES.items():
        for table in tables if later > version else ():
            create(table, table)
    for table, select in _AS_NOW.items():
        create(table, f"new_{table}")
        connection.execute(
            f"INSERT INTO new_{table} SELECT * FROM (SELECT {_columns(connection, table)} FROM ({select}))"
        )
        connection.execute(f"DROP TABLE main.{table}")
        connection.execute(f"ALTER TABLE new_{table} RENAME TO {table}")


def _columns(connection: Connection, table: str) -> str:
    return ", ".join(name for _, name, *_ in connection.execute(f"PRAGMA table_info(new_{table})"))


def first_words(experiment: str, rounds: int | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a run's identity that describes it, in the words of the first schemas where they had any."""
    if experiment == "numbers":
        rest = {name: value for name, value in settings.items() if name != "mode"}
        return {"kind": "task", "rounds": 1, "sampling": settings.get("mode"), **rest}  # None in a damaged store
    return {"kind": experiment, "rounds": rounds or 1, **settings}
