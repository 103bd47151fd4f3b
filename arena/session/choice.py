"""What a person chose in the lobby, and where it is remembered."""

from __future__ import annotations

from pathlib import Path

import msgspec

from arena.errors import UsageError
from arena.files import own_folder
from arena.session.files import read_struct, write_struct

HUMAN = "human"
MIND_READER = "human:mind-reader"


class Choice(msgspec.Struct, frozen=True):
    """A game with its seats. Agents are specs; `seed` None means a new one each time, `history` None that a
    model is shown all past rounds."""

    game: str = "rps"
    subject: str = "llm:gemma-3-270m"
    opponent: str = HUMAN
    rounds: int = 20
    seed: int | None = None
    history: int | None = None


def remembered() -> Choice:
    """The last choice, or the first one if there is none that can be read."""
    return read_struct(_file(), Choice) or Choice()


def remember(choice: Choice) -> None:
    """Keep the choice for next time."""
    write_struct(_file(), choice)


def _file() -> Path:
    return own_folder("state") / "lobby.json"


def whole_number(text: str, what: str) -> int | None:
    """A number that was typed, None if nothing was. Raises UsageError for what is no whole number."""
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{what}: {text!r} is no whole number") from None
