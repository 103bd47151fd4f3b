"""The SQLite file of a store: opening it, checking whose it is, making its schema, and its transactions.

SQLite's errors are handled only here; they leave this module as a StoreError with a sentence.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Final

from arena.errors import StoreError
from arena.store.failures import DamagedError, database_sentence, file_refusals, not_a_database
from arena.store.former import OLDEST, bring_up_to_date, show_as_now
from arena.store.place import Place, refuse_second_names

# both are also in schema.sql, where they are set
APPLICATION_ID: Final = 0x4172656E  # "Aren"
SCHEMA: Final = 3

_SMALLEST_DATABASE: Final = 512  # bytes: SQLite's smallest page

BUSY_SECONDS = 10.0  # how long to wait for another process's transaction; Arena's own take milliseconds


class Database:
    """An open store file. `path` is what the person gave, `file` the same with links resolved."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.file = Path(os.path.realpath(path))
        self.connection = connection
        self._place: Place | None = None  # set only for a writer

    @classmethod
    def open(cls, path: Path, *, create: bool) -> Database:
        """Open the store at `path`. With `create` it is made if it isn't there, and must be writable.

        An empty file is a new store. Raises StoreError if there is none, or if it can't be used.
        """
        _check_place(path, create)
        if create:
            refuse_second_names(path)
        with _sentences(path):
            database = cls(path, _connect(path, create))
        try:
            database._prepare(create)
        except BaseException:
            database.connection.close()
            raise
        return database

    def close(self) -> None:
        """Close the file. Raises StoreError if SQLite refuses."""
        with self.guard():
            self.connection.close()

    @contextmanager
    def guard(self) -> Iterator[sqlite3.Connection]:
        """SQLite's errors within become StoreErrors."""
        with _sentences(self.path):
            yield self.connection

    @contextmanager
    def looking_up(self) -> Iterator[sqlite3.Connection]:
        """The same for who is about to write: a file that is no longer where it was is told as by `transaction`."""
        try:
            with self.guard() as connection:
                yield connection
        except StoreError:
            self._look()
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything written within is committed at the end, or not at all. Raises StoreError, also if the file is no
        longer where it was: what was written is then saved beside it."""
        # IMMEDIATE: so that another writer is waited for at the start, where that is safe, not in the middle
        with self.looking_up(), self._within("BEGIN IMMEDIATE") as connection:
            yield connection
        self._look()

    def _look(self) -> None:
        if self._place is not None and (happened := self._place.what_happened()):
            raise self._place.rescue(self.connection, self.path, happened)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Everything read within is the store as of one instant, whoever writes meanwhile. Raises StoreError."""
        with self._within("BEGIN") as connection:
            yield connection

    @contextmanager
    def _within(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self.guard() as connection:
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):  # the first error is the one to report
                        connection.execute("ROLLBACK")
                raise

    def _prepare(self, create: bool) -> None:
        with self.guard():
            # in WAL mode, with NORMAL, a killed process loses nothing, and a power cut only the last commits
            self.connection.execute("PRAGMA synchronous = NORMAL")
            blank = self._is_blank()
        if create or blank:
            with self.transaction():  # even if nothing is to be made: better refused now than in mid-run
                if self._is_blank():  # asked again, because another process may have been quicker
                    for statement in _statements():
                        self.connection.execute(statement)
                elif create:
                    self._bring_up_to_date()
        version = self._check_owner()
        with self.guard():
            self.connection.execute("PRAGMA foreign_keys = ON")  # only now: tables may have been made anew
            if version < SCHEMA:
                show_as_now(self.connection)
        if create:
            self._use_wal()
            self._place = Place(self.file)

    def _number(self, pragma: str) -> int:
        return int(self.connection.execute(pragma).fetchone()[0])

    def _is_blank(self) -> bool:
        return (
            self._number("PRAGMA application_id") == 0
            and self._number("PRAGMA user_version") == 0
            and self._number("SELECT COUNT(*) FROM sqlite_master") == 0
        )

    def _bring_up_to_date(self) -> None:
        version = self._number("PRAGMA user_version")
        if self._number("PRAGMA application_id") == APPLICATION_ID and OLDEST <= version < SCHEMA:
            bring_up_to_date(self.connection, version, _statements())
            self.connection.execute(f"PRAGMA user_version = {SCHEMA}")

    def _check_owner(self) -> int:
        """The schema's version. Raises StoreError for a file that isn't Arena's or can't be used."""
        with self.guard():
            owner = self._number("PRAGMA application_id")
            version = self._number("PRAGMA user_version")
        if owner != APPLICATION_ID:
            raise StoreError(f"{self.path} is another program's database: name another file with --store")
        if version > SCHEMA:
            raise StoreError(
                f"the store {self.path} was written by a newer Arena (its schema is {version}, this Arena "
                f"knows {SCHEMA}): update Arena, or name another file with --store"
            )
        if version < OLDEST:
            raise StoreError(
                f"the store {self.path} has schema {version}, from before Arena's first release, and can't "
                "be brought up to date: name another file with --store"
            )
        return version

    def _use_wal(self) -> None:
        # SQLite doesn't wait for other connections when it changes the mode, so we wait here
        deadline = time.monotonic() + BUSY_SECONDS
        with self.guard():
            while True:
                try:
                    self.connection.execute("PRAGMA journal_mode = WAL")
                    return
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                        raise
                time.sleep(0.02)


def _statements() -> list[str]:
    """The schema's statements, one by one, because executescript would commit the transaction."""
    return files("arena.store").joinpath("schema.sql").read_text(encoding="utf-8").split(";")


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(database_sentence(error, path)) from error
    except UnicodeDecodeError as error:  # SQLite's own message quotes the damage, and Python can't read it
        raise StoreError(database_sentence(DamagedError(str(error)), path)) from error


def _check_place(path: Path, create: bool) -> None:
    """Refuse what SQLite would refuse with less explanation, or would wait for (a pipe)."""
    with file_refusals(path):
        if path.is_dir():
            raise StoreError(f"{path} is a folder, and a store is a file: name one, as in --store {path / 'arena.db'}")
        if path.exists():
            if not path.is_file():
                raise StoreError(f"{path} isn't an ordinary file, so it can't be a store: name another with --store")
            # SQLite takes such a file for an empty database and would overwrite it. Only its size is looked at, because
            # opening and closing it here would drop the locks of this process's other connections to it
            if 0 < path.stat().st_size < _SMALLEST_DATABASE:
                raise StoreError(not_a_database(path))
        elif not create:
            raise StoreError(f"there is no store {path}: `arena tournament` makes one; --store names another")
        elif not path.parent.is_dir():
            raise StoreError(f"the folder {path.parent} isn't there, so no store can be made in it: make it first")


def _connect(path: Path, create: bool) -> sqlite3.Connection:
    options = "mode=rwc" if create else "mode=rw"
    if not create and not os.access(path.parent, os.W_OK):
        # SQLite wants to make its -wal and -shm files even to read. If it can't, a store without a -wal
        # file has no writer and may be read as it is
        live = path.with_name(f"{path.name}-wal").exists()
        options = "mode=ro" if live else "mode=ro&immutable=1"
    # isolation_level None: transactions begin and end where this module says
    return sqlite3.connect(
        f"{Path(os.path.realpath(path)).as_uri()}?{options}", uri=True, isolation_level=None, timeout=BUSY_SECONDS
    )
