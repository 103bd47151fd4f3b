"""The dial between a match's subject and a second model: where it stands, in words and as a line, and its two ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from arena.agents.dial import Dial
from arena.agents.spec import parse_agent
from arena.backends.weights.catalog import find_model
from arena.errors import UsageError
from arena.experiments.tournament.cells import parse_mix
from arena.experiments.tournament.match import Pairing
from arena.session.choice import Choice
from arena.session.seats import display_name
from arena.text import number_text

_PLACES: Final = 10  # of the line, beside its beginning


@dataclass(frozen=True, slots=True)
class Dialling:
    """A dial at a table. `first` and `second` are the names of the models at its two ends."""

    dial: Dial
    first: str
    second: str

    @property
    def name(self) -> str:
        """Both models as one player."""
        return f"{self.first} mixed with {self.second}"

    @property
    def words(self) -> str:
        """The share of the round that is played, and the next round's if that is another one."""
        now = self.dial.share if self.dial.played is None else self.dial.played
        text = f"{number_text(now)} of {self.second}"
        return text if now == self.dial.share else f"{text}, {number_text(self.dial.share)} next"

    @property
    def line(self) -> str:
        """The same as a line between both ends: a full mark for this round, an empty one for the next."""
        marks = ["─"] * (_PLACES + 1)
        marks[round(self.dial.share * _PLACES)] = "○"
        if self.dial.played is not None:
            marks[round(self.dial.played * _PLACES)] = "●"
        return f"├{''.join(marks)}┤"


def dialling(choice: Choice, pairing: Pairing) -> Dialling | None:
    """The dial of a match that was chosen; None if it has none."""
    if not isinstance(pairing.subject, Dial):
        return None
    return Dialling(pairing.subject, display_name(choice.subject), display_name(choice.mixed_with))


def check_dial(choice: Choice) -> None:
    """Refuse what can't be dialled: UsageError or InputError for a model that doesn't exist, and for a subject that is
    no model."""
    if choice.mix is None:
        return
    other, _ = parse_mix(choice.mix)
    find_model(other.argument)
    if not parse_agent(choice.subject).is_model:
        raise UsageError(
            f"--mix {choice.mix!r}: the subject, {choice.subject}, is no model whose answers could be mixed with those "
            "of another one: leave --mix out, or put a model in the subject's seat"
        )
