"""How fast a player answers, in tokens a second as `cost.py` counts them: given, measured in this store, or stated."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from arena.experiments.past import Shown
from arena.store.rows import CellSpec

# the models that come as packages, over a whole run of the suite laptop with llama.cpp in 32 bits on two cores of an
# Intel Xeon with AVX-512 that did nothing else (docs/suites.md)
STATED: Final[Mapping[str, float]] = MappingProxyType(
    {"llm:gemma-3-270m": 250.0, "llm:smollm2-135m-instruct": 260.0},
)


class Speed(NamedTuple):
    """Tokens a second, and how that is known: "given", "measured" or "stated"."""

    tokens: float
    source: str


def speed_of(cell: CellSpec, shown: Shown, given: float | None = None) -> Speed | None:
    """A cell's speed; None if nothing is known. It was measured in the same game or task, or else in others."""
    if given is not None:
        return Speed(given, "given")
    for what in (cell.what, ""):
        if measured := shown.speed(cell.subject, what):
            return Speed(measured, "measured")
    stated = STATED.get(cell.subject)
    return None if stated is None else Speed(stated, "stated")
