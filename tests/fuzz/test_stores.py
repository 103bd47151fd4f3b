"""Store files: bytes flipped, values that make no sense, and text that acts where it isn't escaped."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tests.fuzz import nasty
from tests.fuzz.runner import COUNT, Ended, Runner, fuzz

_COMMANDS = (
    *("runs", "runs --json", "report", "report --format md", "report --format tex", "report --format csv"),
    *(
        "report --format json",
        "report --out out",
        "report --run 1",
        "export --to csv --out out",
        "export --to jsonl --out out",
    ),
    "merge arena.db --into merged.db",
    *("runs show", "runs show --json", "cite", "compare 1 1", "compare 3 3 --json", "compare 4 4 --format tex"),
    *("prompts", "prompts --tokens --limit 3", "report --published", "watch"),
    "tournament --subject uniform --subject mix:rock=0.5,paper=0.3,scissors=0.2 --games 5 --rounds 3",
    "numbers --subject uniform --n 25",
)


def test_damaged_bytes(forge: Runner, played: Path) -> None:
    whole = played.read_bytes()

    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        end = chance.choice((100, 4096, len(whole)))  # the file's header, the schema's page, anywhere
        (forge.place / "arena.db").write_bytes(nasty.mutated_bytes(chance, whole, chance.choice((1, 4, 40)), end))
        return _tried(forge, chance)

    fuzz("damaged stores", one, COUNT)


def test_values_that_make_no_sense(forge: Runner, played: Path) -> None:
    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        (forge.place / "arena.db").write_bytes(played.read_bytes())
        done = _changed(forge.place / "arena.db", chance, ("INTEGER", "REAL", "BLOB", "TEXT"), _any_value)
        command, ended = _tried(forge, chance)
        return f"{command} after {done}", ended

    fuzz("values in stores", one, COUNT)


def test_hostile_text(forge: Runner, played: Path) -> None:
    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        (forge.place / "arena.db").write_bytes(played.read_bytes())
        done = _changed(forge.place / "arena.db", chance, ("TEXT",), nasty.hostile)
        command, ended = _tried(forge, chance)
        return f"{command} after {done}", ended

    fuzz("hostile text", one, COUNT)


def _tried(forge: Runner, chance: random.Random) -> tuple[str, Ended]:
    command = chance.choice(_COMMANDS)
    return command, forge.run(command.split())


def _any_value(chance: random.Random) -> object:
    return chance.choice(
        (
            *(
                None,
                0,
                1,
                -1,
                2,
                3,
                7,
                10,
                2**31,
                2**62,
                -(2**63),
                0.5,
                -0.5,
                1e308,
                float("inf"),
                "x",
                "",
                "[]",
                "{}",
                "[99]",
            ),
            *(
                b"",
                b"\x00" * 24,
                b"\xff" * 24,
                chance.randbytes(24),
                chance.randbytes(7),
                "[-1]",
                '{"a": 1}',
                "null",
                "9" * 5000,
            ),
            nasty.text(chance).encode("utf-8", "replace").decode(),
            nasty.hostile(chance),
        )
    )


def _changed(store: Path, chance: random.Random, kinds: tuple[str, ...], value: object) -> str:
    """Change some columns of some rows behind Arena's back; what was done, as SQL would say it."""
    done = []
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = [
            (table, column[1])
            for table in tables
            for column in connection.execute(f"PRAGMA table_info({table})")
            if column[2] in kinds
        ]
        for _ in range(chance.choice((1, 1, 1, 3))):
            table, column = chance.choice(columns)
            assert callable(value)
            given = value(chance)
            keys = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
            rows = connection.execute(f"SELECT {', '.join(keys)} FROM {table}").fetchall()
            if not rows:
                continue
            where = " AND ".join(f"{key} = ?" for key in keys)
            with suppress(sqlite3.IntegrityError, UnicodeEncodeError):
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (given, *chance.choice(rows)))
                done.append(f"{table}.{column} = {str(given)[:60]!r}")
        if chance.random() < 0.2:
            table = chance.choice(tables)
            connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} LIMIT 1)") if table in (
                "runs",
                "cells",
            ) else connection.execute("DELETE FROM rounds WHERE number = 2 AND match = 1")
            done.append(f"a row of {table} or rounds taken away")
    return "; ".join(done)
