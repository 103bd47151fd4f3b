"""What a person chose in the lobby, and where it is remembered."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from arena.errors import UsageError

HUMAN = "human"
MIND_READER = "human:mind-reader"


class Choice(msgspec.Struct, frozen=True):
    """A game with its seats. Agents are specs; `seed` None means a new one each time."""

    game: str = "rps"
    subject: str = "llm:gemma-3-270m"
    opponent: str = HUMAN
    rounds: int = 20
    seed: int | None = None
    theme: str = "arena-dark"


def remembered() -> Choice:
    """The last choice, or the first one if there is none that can be read."""
    try:
        return msgspec.json.decode(_file().read_bytes(), type=Choice)
    except (OSError, msgspec.MsgspecError):
        return Choice()


def remember(choice: Choice) -> None:
    """Keep the choice for next time; where that can't be written nothing is lost but the memory."""
    file = _file()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.encode(choice))
        os.replace(path, file)


def _file() -> Path:
    import platformdirs

    return platformdirs.user_state_path("arena") / "lobby.json"


def whole_number(text: str, what: str) -> int | None:
    """A number that was typed, None if nothing was. Raises UsageError for what is no whole number."""
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{what}: {text!r} is no whole number") from None
