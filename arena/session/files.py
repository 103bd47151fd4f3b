"""Small files of the app's own: read if they can be, written whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from arena.files import folder, whole_file

T = TypeVar("T", bound=msgspec.Struct)


def read_struct(file: Path, kind: type[T]) -> T | None:
    """What a file holds, or None if it isn't there or is something else."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def write_struct(file: Path, value: msgspec.Struct) -> None:
    """Write a file; where that can't be done nothing is lost but the memory."""
    with suppress(OSError), folder(file.parent), whole_file(file) as out:
        out.write(msgspec.json.format(msgspec.json.encode(value)))
