"""Writing results so that they are whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from arena.errors import StoreError


def write(path: Path, data: bytes) -> None:
    """Write a file at once, replacing an older one. Raises StoreError with what was in the way."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(new, 0o644)
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror or error}") from error
