"""Other names for the moves and players of a game, and another order in which its moves are listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Renaming:
    """`words` are pairs of a game's own word, in lower case, and the one that a model is shown; `listing` are the own
    words of moves in the order in which they are listed (empty: the game's order)."""

    words: tuple[tuple[str, str], ...] = ()
    listing: tuple[str, ...] = ()

    def shown(self, names: Sequence[str]) -> tuple[str, ...]:
        """What a model reads instead of these words."""
        new = dict(self.words)
        return tuple(new.get(name.lower(), name) for name in names)

    def listed(self, names: Sequence[str]) -> tuple[str, ...]:
        """Words of the game in the order in which they are listed."""
        places = {word: place for place, word in enumerate(self.listing)}
        return tuple(sorted(names, key=lambda name: places.get(name.lower(), len(places))))

    def text(self, text: str) -> str:
        """A text with the new words in it, all exchanged at once, capitalised where the old ones were."""
        if not self.words:
            return text
        new = dict(self.words)
        known = "|".join(sorted(map(re.escape, new), key=len, reverse=True))
        return re.sub(
            rf"\b(?:{known})\b", lambda found: _like(found.group(), new[found.group().lower()]), text, flags=re.I
        )


def _like(old: str, new: str) -> str:
    """The new word with the capitals of the old one."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
