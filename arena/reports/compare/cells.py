"""Which cell of one run belongs to which of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from arena.store.rows import CellSpec

# what two cells have in common, the most first
_ALIKE: Final[tuple[Callable[[CellSpec], tuple[str, ...]], ...]] = (
    lambda cell: (cell.key,),
    lambda cell: (cell.what, cell.subject, cell.opponent),
    lambda cell: (cell.what, cell.opponent),
    lambda cell: (cell.what, cell.subject),
    lambda cell: (cell.what,),
)


def matched(first: Sequence[CellSpec], second: Sequence[CellSpec]) -> list[tuple[int, int]]:
    """Pairs of places, in the order of the first run.

    A cell belongs to the one of the same key; else to that of the same game or task, subject and opponent; else to that
    which is left of its game and opponent, of its game and subject, or of its game, if each run has one left.
    """
    left = set(range(len(first))), set(range(len(second)))
    pairs = []
    for alike in _ALIKE:
        for name in dict.fromkeys(map(alike, first)):
            one = [at for at in left[0] if alike(first[at]) == name]
            two = [at for at in left[1] if alike(second[at]) == name]
            if len(one) == len(two) == 1:
                pairs.append((one[0], two[0]))
                left[0].remove(one[0])
                left[1].remove(two[0])
    return sorted(pairs)


def have_same_draws(
    first: CellSpec, second: CellSpec, first_settings: Mapping[str, Any], second_settings: Mapping[str, Any]
) -> bool:
    """Whether draws have the same names in two cells whose runs have the same seed: a cell's key names them, or with
    common draws only who plays what."""
    if first.key == second.key:
        return True
    common = {first_settings.get("draws"), second_settings.get("draws")} == {"common"}
    return common and _ALIKE[1](first) == _ALIKE[1](second)
