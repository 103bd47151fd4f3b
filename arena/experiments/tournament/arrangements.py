"""A grid of arrangements: which word stands for which move, in which order moves are listed, and who plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Final, Literal

from arena.errors import UsageError
from arena.experiments.tournament.naming import PLAYERS, Names
from arena.games import Game
from arena.prompts.renaming import Renaming

What = Literal["roles", "listing", "players"]
WHATS: Final[tuple[What, ...]] = ("roles", "listing", "players")

_ALL: Final = 3  # of up to so many moves, every order is tried; of more, each move once in every place


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`names` is the set of names. `roles` are the words for the moves, in the game's order; `listing` the same words
    in the order in which they are listed; `players` the players' names, the reader's own first."""

    names: str
    roles: tuple[str, ...]
    listing: tuple[str, ...]
    players: tuple[str, ...]
    renaming: Renaming

    @property
    def title(self) -> str:
        """The same for people."""
        return f"{', '.join(self.roles)}, listed {', '.join(self.listing)}, {' and '.join(self.players)}"

    @property
    def word(self) -> str:
        """The same as one word, for a cell's key."""
        return "/".join((self.names, *(",".join(part) for part in (self.roles, self.listing, self.players))))


def arrangements(names: Sequence[Names], permute: Sequence[What], game: Game) -> list[Arrangement]:
    """Every set of names, with its words in all the roles and places that `permute` asks for.

    Raises InputError if a set has no words for this game, UsageError for roles in a game whose seats have different
    moves.
    """
    if "roles" in permute and game.moves != game.replies:
        raise UsageError(f"in {game.title} the two seats have different moves, whose roles can't be exchanged")
    own = tuple(dict.fromkeys((*game.moves, *game.replies)))
    plain = tuple(range(len(own)))
    found = []
    for one in names:
        words = one.words(game)
        roles, listings = (_orders(len(own)) if what in permute else [plain] for what in ("roles", "listing"))
        seats = (one.players, one.players[::-1]) if "players" in permute else (one.players,)
        for role, listing, players in product(roles, listings, seats):
            in_roles = tuple(words[place] for place in role)
            listed = tuple(words[place] for place in listing)
            pairs = (*zip(own, in_roles, strict=True), *zip((name.lower() for name in PLAYERS), players, strict=True))
            new = tuple((old, word) for old, word in pairs if old != word.lower())
            by_word = dict(zip(in_roles, own, strict=True))
            renaming = Renaming(new, tuple(by_word[word] for word in listed))
            found.append(Arrangement(one.identity, in_roles, listed, players, renaming))
    return found


def _orders(count: int) -> list[tuple[int, ...]]:
    """Orders in which every one stands equally often in every place, the plain one first."""
    if count <= _ALL:
        return list(permutations(range(count)))
    return [tuple((place + shift) % count for place in range(count)) for shift in range(count)]
