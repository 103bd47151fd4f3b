"""What a person set once and for all: the theme, how models are run, the pace of a show."""

from __future__ import annotations

from pathlib import Path

import msgspec

from arena.backends.local.settings import Settings
from arena.files import own_folder
from arena.session.files import read_struct, write_struct

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 0.0)  # rounds a second of a show; 0: as fast as the model answers

_NICENESS = 10


class Preferences(msgspec.Struct, frozen=True):
    """`threads` 0 is all cores there are, `gpu_layers` how many layers llama.cpp puts on a GPU."""

    theme: str = "arena-dark"
    speed: float = 2.0
    threads: int = 0
    gpu_layers: int = 0

    def settings(self) -> Settings:
        """How llama.cpp is run: it gives way to the app."""
        return Settings(niceness=_NICENESS, threads=self.threads, gpu_layers=self.gpu_layers)


def preferences() -> Preferences:
    """The preferences kept, or the first ones if none can be read."""
    return read_struct(preferences_file(), Preferences) or Preferences()


def keep(chosen: Preferences) -> None:
    """Keep them for next time."""
    write_struct(preferences_file(), chosen)


def preferences_file() -> Path:
    """Where they are kept: app.json in the user's configuration folder."""
    return own_folder("config") / "app.json"
