"""Which matches, rounds or draws of an unfinished run are a sample of it: whole blocks of numbers, or first rounds.

The units that happen to be finished at some moment are not a sample: similar matches share their prompts and are soon
done, invalid answers take time, short answers come first. So models are asked in blocks of numbers, lowest first, and
an unfinished run is reported up to the last block before which nothing is missing. docs/coverage-stopped.md shows how
well intervals cover then.

The rounds that were played are no sample either, as the matches that are ahead are those that are alike. But the rounds
up to one that all matches have reached are: no match is left out, however it went.
"""

from __future__ import annotations

from typing import Final, NamedTuple

BLOCK: Final = 25  # matches, or draws of a task


def block_of(number: int) -> int:
    """The block of a match or draw, by its number from 0."""
    return number // BLOCK


def counted(first_missing: int) -> int:
    """How many units count in an unfinished run that has all numbers below `first_missing`: those in whole blocks."""
    return first_missing - first_missing % BLOCK


class Counted(NamedTuple):
    """Which rounds of a cell of matches count: those of matches numbered below `below`; of each, the first `reached`,
    or all for None."""

    below: int
    reached: int | None = None


def sample(whole: int, size: int, rounds: int, by_all: int, by_first: int) -> Counted:
    """What counts of an unfinished cell of `size` matches of `rounds` rounds: its first `whole` matches, or the rounds
    that all its matches have reached (`by_all`), whichever are more rounds; whole matches if they are as many.

    As long as that is nothing, the rounds that all matches of the first block have reached (`by_first`).
    """
    if size * by_all > whole * rounds:
        return Counted(size, by_all)
    if not whole and by_first:
        return Counted(min(BLOCK, size), by_first)
    return Counted(whole)
