"""The app's own small files: read if possible, written whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Generic, Literal, TypeVar

import msgspec

from arena.files import folder, own_folder, whole_file

T = TypeVar("T", bound=msgspec.Struct)


class Kept(Generic[T]):
    """A struct that is remembered for next time, in a file in the user's own folders."""

    def __init__(self, kind: type[T], place: Literal["config", "state"], name: str) -> None:
        self._kind, self._place, self._name = kind, place, name

    @property
    def path(self) -> Path:
        """The path of the file."""
        return own_folder(self._place) / self._name

    def read(self) -> T:
        """The value kept last, or the default if there is none or it can't be read."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=self._kind)
        except (OSError, msgspec.MsgspecError):
            return self._kind()

    def keep(self, value: T) -> None:
        """Keep a value for next time. If that fails, it is only forgotten."""
        path = self.path
        with suppress(OSError), folder(path.parent), whole_file(path) as out:
            out.write(msgspec.json.format(msgspec.json.encode(value)))
