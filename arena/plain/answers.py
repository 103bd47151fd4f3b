"""What somebody typed: a move by its word, its beginning or its number, or a word that isn't a move."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from arena.text import meant

_LONGEST: Final = 40  # characters of what was typed that are repeated


class Word(StrEnum):
    """A word that isn't a move."""

    HELP = "help"
    LESS = "less"
    MORE = "more"
    SCORE = "score"
    QUIT = "quit"


def read_move(said: str, moves: Sequence[str]) -> int | Word | str:
    """The move or the word that was meant, or a sentence that says why it can't be told."""
    found = one_of(said, moves)
    if len(found) == 1:
        return found[0]
    if found:
        return f"{clipped(said)} can mean {' or '.join(moves[at] for at in found)}: type more of it."
    word = said.lower()
    if word == "?":
        return Word.HELP
    if word in set(Word):
        return Word(word)
    return f"{clipped(said)} isn't a move: {meant(word, moves, listed(moves))}"


def one_of(said: str, names: Sequence[str]) -> list[int]:
    """The names that are meant: by number from 1, by the whole name, or by its beginning. Several if that is the
    beginning of several."""
    if said.isascii() and said.isdigit():
        at = int(said) if len(said) <= len(str(len(names))) else 0
        return [at - 1] if 1 <= at <= len(names) else []
    word = said.casefold()
    whole = [at for at, name in enumerate(names) if name.casefold() == word]
    return whole or [at for at, name in enumerate(names) if word and name.casefold().startswith(word)]


def listed(moves: Sequence[str]) -> str:
    """The moves with their numbers: "1 rock, 2 paper, 3 scissors"."""
    return ", ".join(f"{at} {move}" for at, move in enumerate(moves, 1))


def clipped(said: str) -> str:
    """What was typed, in quotes, and not more of it than can be listened to."""
    return repr(said if len(said) <= _LONGEST else f"{said[: _LONGEST - 3]}...")
