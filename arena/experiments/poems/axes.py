"""The axes on which poems are judged, one at a time, with the question that a judge is asked (section 4.1).

The paper doesn't print its questions: these are Arena's own. They are shown as they stand here, on every screen and
page and to models that judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from arena.errors import UsageError
from arena.text import meant


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: the question about two poems, what it means in a sentence, and the words for the poem that is chosen."""

    name: str
    question: str
    meaning: str
    chosen: str


AXES: Final[Mapping[str, Axis]] = MappingProxyType(
    {
        axis.name: axis
        for axis in (
            Axis(
                "originality",
                "Which poem is more original?",
                "An original poem says something that you would not have expected, in words of its own.",
                "the more original poem",
            ),
            Axis(
                "pleasantness",
                "Which poem is more pleasant?",
                "A pleasant poem is a pleasure to read, whether or not it surprises you.",
                "the more pleasant poem",
            ),
            Axis(
                "preference",
                "Which poem do you prefer?",
                "Choose the poem that you like better, for whatever reason.",
                "the better poem",
            ),
        )
    }
)


def find_axis(name: str) -> Axis:
    """The axis of that name. Raises UsageError if there is none."""
    if name in AXES:
        return AXES[name]
    raise UsageError(f"there is no axis {name!r}: {meant(name, AXES)}")
