"""A person's lasting settings: their name, the theme, how models are run, the pace of a show."""

from __future__ import annotations

from typing import Final

import msgspec

from arena.backends.local.settings import Settings
from arena.session.files import Kept

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 0.0)  # rounds per second in a show; 0: as fast as the model answers

_NICENESS = 10


class Preferences(msgspec.Struct, frozen=True):
    """`name` is whose matches the history counts. `threads` of 0 means all cores; `gpu_layers` is how many layers
    llama.cpp puts on a GPU."""

    name: str = ""
    theme: str = "arena-dark"
    speed: float = 0.5
    threads: int = 0
    gpu_layers: int = 0

    def settings(self) -> Settings:
        """How llama.cpp is run: the app has priority over it."""
        return Settings(niceness=_NICENESS, threads=self.threads, gpu_layers=self.gpu_layers)


PREFERENCES: Final = Kept(Preferences, "config", "app.json")
