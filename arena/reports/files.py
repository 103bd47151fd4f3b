"""Writing results so that they are whole or not there."""

from __future__ import annotations

from pathlib import Path

from arena.errors import StoreError
from arena.files import folder, whole_file


def write(path: Path, data: bytes) -> None:
    """Write a file at once, replacing an older one. Raises StoreError with what was in the way."""
    try:
        with folder(path.parent), whole_file(path) as file:
            file.write(data)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror or error}") from error
