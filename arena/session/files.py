"""Small files of the app's own: read if they can be, written whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Generic, Literal, TypeVar

import msgspec

from arena.files import folder, own_folder, whole_file

T = TypeVar("T", bound=msgspec.Struct)


class Kept(Generic[T]):
    """A struct that is remembered for the next time, in a file among this person's own."""

    def __init__(self, kind: type[T], place: Literal["config", "state"], name: str) -> None:
        self._kind, self._place, self._name = kind, place, name

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return own_folder(self._place) / self._name

    def read(self) -> T:
        """What was kept last, or the first of its kind if there is none that can be read."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=self._kind)
        except (OSError, msgspec.MsgspecError):
            return self._kind()

    def keep(self, value: T) -> None:
        """Keep it for next time; where that can't be done nothing is lost but the memory."""
        path = self.path
        with suppress(OSError), folder(path.parent), whole_file(path) as out:
            out.write(msgspec.json.format(msgspec.json.encode(value)))
