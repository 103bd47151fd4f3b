"""Text from models, people and files on its way to a terminal: nothing in it may act there."""

from __future__ import annotations

import unicodedata

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
