"""How far a cell of games is, in words: which matches or rounds are counted, and what else there is."""

from __future__ import annotations

from typing import Final

from arena.blocks import BLOCK
from arena.store.rows import CellRow

EARLY: Final = (
    f"those that end early aren't a fair sample, so an unfinished run is shown from {BLOCK} matches on, or up to a "
    "round that all matches have reached"
)


def state(cell: CellRow, matches: int, asked: int) -> str:
    """Which of the `asked` matches are counted, or which rounds of them; "" if all are, to their end."""
    if cell.reached is not None:
        rounds = "round 1" if cell.reached == 1 else f"rounds 1 to {cell.reached}"
        whose = f"all {asked} matches" if matches == asked else _which(cell, matches, asked)
        return f"{rounds} of {cell.rounds}, {whose}"
    return "" if matches >= asked else _which(cell, matches, asked)


def _which(cell: CellRow, matches: int, asked: int) -> str:
    return f"matches {f'1 to {matches}' if matches and cell.below is not None else matches} of {asked}"


def uncounted(cell: CellRow, matches: int, asked: int) -> str:
    """The same as a sentence, with how much else there is; "" for a whole cell."""
    counted, still_open = state(cell, matches, asked), f"{cell.open} open"
    if not counted:
        return ""
    if cell.below is None:
        return f"{counted} were played to their end."
    if cell.reached is not None:
        others = cell.played - matches * cell.reached
        finished = f"{cell.done} match{'es' * (cell.done != 1)} finished, {still_open}"
        also = (
            f"; {others:,} later {'rounds are' if others > 1 else 'round is'} there too and not counted, as the "
            "matches that are ahead aren't a fair sample"
        )
        return f"{counted}{also if others else ''} ({finished})."
    later = cell.done - matches
    if not matches:
        return f"no match is counted yet ({later} of {asked} finished, {still_open}): {EARLY}."
    also = f"; {later} later {'one is' if later == 1 else 'ones are'} finished too and not counted" if later else ""
    return f"{counted}{also}, {still_open}."
