"""Refusals of SQLite and the file system, as sentences for the person."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arena.errors import StoreError

_NO_ROOM = 64 * 1024  # bytes: a disk with less space left is full
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})


class DamagedError(sqlite3.DatabaseError):
    """A row that SQLite can read and Arena can't."""


def database_sentence(error: sqlite3.Error, path: Path) -> str:
    """What went wrong with the store at `path`, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of an extended code is detail
    if isinstance(error, DamagedError) or code == sqlite3.SQLITE_CORRUPT:
        return (
            f"the store {path} is damaged ({error}): put a good copy in its place, save what can be read "
            f"with `sqlite3 {path} .recover`, or name another file with --store"
        )
    if code == sqlite3.SQLITE_NOTADB:
        return not_a_database(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        if not _has_locks(path.parent):
            return no_locks(path)
        return f"the store {path} is locked by another program: wait until that is done, or stop it, and try again"
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path.parent)):
        return (
            f"the disk that holds the store {path} is full: make room there and give the same command again "
            "(what was saved stays)"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return (
            f"the store {path} can't be written ({error}): it or its folder is read-only or not yours. "
            "Copy it elsewhere, or name another place with --store"
        )
    if code == sqlite3.SQLITE_IOERR:
        return f"the disk failed while the store {path} was read or written ({error}): check it and try again"
    return f"the store {path} failed ({error}): try again, or name another file with --store"


def not_a_database(path: Path) -> str:
    """The sentence for a file that is something else altogether."""
    return f"{path} isn't an Arena store: it is not a SQLite database. Name another file with --store"


@contextmanager
def file_refusals(path: Path) -> Iterator[None]:
    """Turns the file system's errors within, about the file or folder at `path`, into StoreErrors."""
    try:
        yield
    except OSError as error:
        raise StoreError(_file_sentence(error, path)) from error


def _file_sentence(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full where {path} was to be written: make room there, or name another place"
    if error.errno in _NO_LOCKS:
        return no_locks(path)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{path} can't be written ({error.strerror}): name a place that is yours to write"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{path} can't be a folder: a file of that name, or of a part of it, is in the way. Name another place"
    return f"{path} can't be read or written ({error.strerror or error}): name another place"


def no_locks(path: Path) -> str:
    """The sentence for a file system without locks, such as some network file systems and shared folders."""
    return (
        f"the file system that holds {path} has no locks, so others can't be kept from writing the store: "
        "name a place on a disk of this machine with --store"
    )


def _has_locks(folder: Path) -> bool:
    """Whether a file there can be locked, because SQLite takes a refusal for someone else's lock."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _NO_LOCKS
    return True


def _is_full(folder: Path) -> bool:
    try:
        room = os.statvfs(folder)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _NO_ROOM
