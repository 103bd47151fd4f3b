"""A judgement of a showing, as it is stored: an answer whose number is that of the showing in its contest."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from arena.errors import UsageError
from arena.records import Answer, Sample
from arena.text import inert

PERSON: Final = "human"  # how judges are written who are people: human:NAME

_LONGEST: Final = 60  # letters of a name
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Choice(StrEnum):
    """What a judge chose."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"


class Judgement(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How much of a win is the left poem's: 1, 0, or 0.5 for a tie. Of a model it is the probability that it gives that
    poem, averaged over the two orders.

    `as_shown` and `turned` are, for a model, the probability of the poem that it read first, in the order of the
    showing and in the other; `mass` is the lower of the two masses of the labels before renormalising.
    """

    left: _Share
    as_shown: _Share | None = None
    turned: _Share | None = None
    mass: _Share | None = None

    @classmethod
    def chosen(cls, choice: Choice) -> Judgement:
        """A person's choice."""
        return cls({Choice.LEFT: 1.0, Choice.RIGHT: 0.0, Choice.TIE: 0.5}[choice])

    @property
    def choice(self) -> Choice:
        """The poem that won, or a tie."""
        return Choice.TIE if self.left == 0.5 else Choice.LEFT if self.left > 0.5 else Choice.RIGHT

    @property
    def first(self) -> float:
        """How much of a win goes to whichever poem stands first: 0.5 without a position bias, on average. Of a person
        it is the left poem's."""
        if self.as_shown is None or self.turned is None:
            return self.left
        return (self.as_shown + self.turned) / 2

    def to_answer(self) -> Answer:
        """The form that is stored."""
        return Answer(Sample(str(self.choice), (), "eos"), msgspec.to_builtins(self))


def read_judgement(value: Any) -> Judgement:
    """A stored judgement. Raises ValueError for anything else."""
    return msgspec.convert(value, Judgement)  # its ValidationError is a ValueError


def person(name: str) -> str:
    """A person who judges, as a subject. Raises UsageError for a name that can't stand on a line."""
    if not name.strip() or name != name.strip() or len(name) > _LONGEST or inert(name) != name:
        raise UsageError(f"{name!r} can't be a judge's name: write it on one line, at most {_LONGEST} letters")
    return f"{PERSON}:{name}"


def is_person(judge: str) -> bool:
    """Whether a judge is a person, and not a model."""
    return judge.partition(":")[0] == PERSON
