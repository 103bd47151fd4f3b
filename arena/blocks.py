"""Which matches or draws of an unfinished run are a sample of it: whole blocks of their numbers, the first ones.

The units that happen to be finished at some moment are not a sample: similar matches share their prompts and are soon
done, invalid answers take time, short answers come first. So models are asked in blocks of numbers, lowest first, and
an unfinished run is reported up to the last block before which nothing is missing. docs/coverage-stopped.md shows how
well intervals cover then.
"""

from __future__ import annotations

from typing import Final

BLOCK: Final = 25  # matches, or draws of a task


def block_of(number: int) -> int:
    """The block of a match or draw, by its number from 0."""
    return number // BLOCK


def counted(first_missing: int) -> int:
    """How many units count in an unfinished run that has all numbers below `first_missing`: those in whole blocks."""
    return first_missing - first_missing % BLOCK
