"""A person's choice in the lobby, and where it is remembered."""

from __future__ import annotations

from typing import Final

import msgspec

from arena.errors import UsageError
from arena.session.files import Kept

HUMAN = "human"
MIND_READER = "human:mind-reader"
MOST_ROUNDS: Final = 100_000  # of a match that is chosen in the app


def is_person(spec: str) -> bool:
    """Whether a person sits there."""
    return spec in (HUMAN, MIND_READER)


class Choice(msgspec.Struct, frozen=True):
    """A game with its seats. Agents are specs. A `seed` of None means a new one each time; a `history` of None means
    that a model is shown all past rounds; `mix`, as MODEL=SHARE, puts a dial between the subject and another model."""

    game: str = "rps"
    subject: str = "llm:gemma-3-270m"
    opponent: str = HUMAN
    rounds: int = 20
    seed: int | None = None
    history: int | None = None
    mix: str | None = None

    @property
    def mixed_with(self) -> str:
        """The model at the other end of the dial, as an agent; "" without a dial."""
        return "" if self.mix is None else f"llm:{self.mix.rpartition('=')[0].removeprefix('llm:')}"

    @property
    def agents(self) -> tuple[str, ...]:
        """All who play: both seats, and the model at the other end of the dial."""
        return tuple(filter(None, (self.subject, self.opponent, self.mixed_with)))


LAST_CHOICE: Final = Kept(Choice, "state", "lobby.json")


def whole_number(text: str, what: str) -> int | None:
    """The number typed, None if nothing was. Raises UsageError for anything but a whole number."""
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{what}: {text!r} isn't a whole number") from None
