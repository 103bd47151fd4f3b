"""Files that are there whole or not at all, folders that are removed again if the work in them fails, and the meaning
of the paths that a person types."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident
from typing import IO, Literal


def from_home(place: str) -> Path:
    """The path that a person typed, with ~ expanded; it stays as it is if there is no such home folder."""
    return Path(os.path.expanduser(place))  # Path.expanduser fails there


def own_folder(kind: Literal["config", "data", "state", "cache", "log"]) -> Path:
    """The folder for this person's files of a kind on this system; below the working directory without a home."""
    import platformdirs

    try:
        return Path(getattr(platformdirs, f"user_{kind}_path")("arena"))
    except RuntimeError:
        return Path(".arena") / kind


@contextmanager
def folder(path: Path) -> Iterator[None]:
    """A folder, made with its parents if it isn't there; whatever was made is removed again if the work within fails.

    Raises OSError.
    """
    missing = [place for place in (path, *path.parents) if not place.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        with suppress(OSError):  # a folder that isn't empty stays, and so do its parents
            for place in missing:
                place.rmdir()
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name, replacing an older file, once it is complete; if it never is, it is removed.

    Raises OSError.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}.part")  # one per writer
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
