"""Specs of runs, for tests of the store and of what is read from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arena.store.rows import CellSpec, RunSpec, Unit

PLAIN = {"sampling": "temperature=1,top_p=1", "invalid": "redraw"}


def tournament_run(cells: Sequence[CellSpec], size: int, rounds: int = 1, seed: int = 0, **changes: Any) -> RunSpec:
    """A run of matches; any field can be changed."""
    kind = {"experiment": "tournament", "unit": Unit.MATCH, "settings": PLAIN, "rounds": rounds}
    return _run(kind, cells, size, seed, changes)


def numbers_run(cells: Sequence[CellSpec], size: int, seed: int = 0, mode: str = "sample", **changes: Any) -> RunSpec:
    """A run of answers, or of findings only if its mode draws none."""
    unit = Unit.ANSWER if mode in ("sample", "both") else Unit.FINDING
    settings = {"mode": mode, "invalid": "redraw,at_most=20n"}
    return _run({"experiment": "numbers", "unit": unit, "settings": settings}, cells, size, seed, changes)


def _run(
    kind: Mapping[str, Any], cells: Sequence[CellSpec], size: int, seed: int, changes: Mapping[str, Any]
) -> RunSpec:
    plain = {"cells": tuple(cells), "size": size, "seed": seed, "models": {}, "manifest": {}}
    return RunSpec(**{**plain, **kind, **changes})
