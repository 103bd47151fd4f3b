"""Whether an open store is still where it was opened: a file can be removed, renamed, replaced or cut short under its
writer, who would go on writing into a file that nobody will find again."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from arena.errors import StoreError, UsageError
from arena.store.failures import file_refusals


class Place:
    """The file that was opened, as the file system knows it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        found = os.stat(file)
        self._known = found.st_dev, found.st_ino
        self._size = found.st_size
        self._saved: Path | None = None

    def what_happened(self) -> str | None:
        """What became of the file, or None if nothing did. It never shrinks by itself."""
        try:
            found = os.stat(self._file)
        except OSError:
            return "was removed or renamed"
        if (found.st_dev, found.st_ino) != self._known:
            return "was replaced by another file"
        if found.st_size < self._size:
            return "was cut short"
        self._size = found.st_size
        return None

    def rescue(self, connection: sqlite3.Connection, shown: Path, happened: str) -> StoreError:
        """Save everything that the open connection still has in a file beside the store; returns the error to raise,
        which names that file. Called again, it also saves there what was written since."""
        self._save(connection)
        what = (
            "What was in it could not be saved: put a good copy in its place"
            if self._saved is None
            else f"What was in it is saved in {self._saved}: put that in its place"
        )
        sentence = f"the store {shown} {happened} while it was being written. {what}, and give the same command again"
        return StoreError(sentence)

    def _save(self, connection: sqlite3.Connection) -> None:
        part = self._file.with_name(f".{self._file.name}.{os.getpid()}.part")
        with suppress(sqlite3.Error, OSError):
            with closing(sqlite3.connect(part)) as copy:
                connection.backup(copy)
                whole = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if whole:  # otherwise what an earlier call saved stays
                self._saved = self._saved or self._free_name()
                os.replace(part, self._saved)
        with suppress(OSError):
            part.unlink(missing_ok=True)

    def _free_name(self) -> Path:
        numbers = ("", *map(str, range(2, 100)))
        names = (self._file.with_name(f"{self._file.stem}.rescued{number}.db") for number in numbers)
        return next(name for name in names if not name.exists())


def refuse_repeated(paths: Sequence[Path]) -> None:
    """Raises UsageError if two of the paths lead to one file, StoreError if that can't be told."""
    known: dict[tuple[int, int], Path] = {}
    for path in paths:
        with file_refusals(path):
            if not path.exists():
                continue  # opening it says more
            found = path.stat()
        if (found.st_dev, found.st_ino) in known:
            other = known[found.st_dev, found.st_ino]
            raise UsageError(f"{path} and {other} are the same file: name each store once")
        known[found.st_dev, found.st_ino] = path


def refuse_second_names(path: Path) -> None:
    """Raise StoreError for a file with hard links: writers under two names don't see each other's journal."""
    with suppress(FileNotFoundError):
        names = os.stat(path).st_nlink
        if names > 1:
            raise StoreError(
                f"the store {path} has {names} names (hard links), and writing it under another one would damage it: "
                "make a copy of it and name that, or remove the other names"
            )
