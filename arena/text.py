"""Text from models, people and files made safe for a terminal, where nothing in it may act; guesses at what an unknown
name was meant to be; and numbers as text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

# controls, invisible formatting (which can turn the writing direction), half surrogates, line and paragraph marks
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str, *, keep: str = "") -> str:
    r"""The text with every character that a terminal would act on written out: \x1b, \r, \u202e.

    Characters in `keep` stay as they are ("\n" for a text of several lines). Markup is another matter: give
    the result to rich as `rich.text.Text`, which has none.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if character not in keep and unicodedata.category(character) in _ACTING
        else character
        for character in text
    )


def inert(text: str) -> str:
    """The text without characters that a terminal would act on."""
    return "".join(character for character in text if unicodedata.category(character) not in _ACTING)


def meant(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """What an unknown name was probably meant to be, as a question; else `otherwise`, or the list of known names."""
    names = list(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else otherwise or f"there are {', '.join(names)}"


def number_text(value: float) -> str:
    """A number as short as it can be written without becoming another one."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))
