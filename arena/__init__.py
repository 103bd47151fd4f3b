"""Arena measures how predictable a player is: language models, people and bots against a reader of minds.

From Python: `arena.tournament`, `arena.numbers`, `arena.load` and the rest of `arena/api.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arena.api import Run, load, measure, numbers, runs, tournament

__version__ = "0.1.0"
__all__ = ["Run", "load", "measure", "numbers", "runs", "tournament"]


def __getattr__(name: str) -> Any:
    # imported only on demand, because it brings all of Arena with it
    if name in __all__:
        from arena import api

        return getattr(api, name)
    raise AttributeError(f"module 'arena' has no attribute {name!r}")
