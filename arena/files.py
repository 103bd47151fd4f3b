"""Files that are there whole or not at all, folders that don't stay where nothing could be put into them, and what a
person's paths mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident
from typing import IO, Literal


def from_home(place: str) -> Path:
    """A path as a person writes it, with ~ for a home folder; where there is no such home it stays as it is."""
    return Path(os.path.expanduser(place))  # Path.expanduser fails there


def own_folder(kind: Literal["config", "state", "cache", "log"]) -> Path:
    """Where this person's files of a kind are, on this system; below the working directory for whoever has no home."""
    import platformdirs

    try:
        return Path(getattr(platformdirs, f"user_{kind}_path")("arena"))
    except RuntimeError:
        return Path(".arena") / kind


@contextmanager
def folder(path: Path) -> Iterator[None]:
    """A folder, made with those above it if it isn't there; what was made goes again if the work within fails.

    Raises OSError.
    """
    missing = [place for place in (path, *path.parents) if not place.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        with suppress(OSError):  # what holds something stays, and what holds it
            for place in missing:
                place.rmdir()
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when it is complete, in place of an older one, and goes if it never is.

    Raises OSError.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}.part")  # one a writer
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
