"""From the name that a person types to a game: `rps`, `hide-and-seek:5`, or one that another package brings.

A package adds a game through the entry point group `arena.games`: the name is what people type, the object
a function that returns a Game, with one optional whole number as its argument (`name:5`). Its wordings are in
`templates/NAME/` beside the module that holds the function.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from inspect import signature
from pathlib import Path
from typing import Final

from arena.errors import ArenaError, UsageError
from arena.games.game import Game
from arena.games.hide_and_seek import hide_and_seek
from arena.games.matching_pennies import matching_pennies
from arena.games.rock_paper_scissors import rock_paper_scissors
from arena.plugins import Registry
from arena.text import meant

_MOST_DIGITS: Final = 18  # Python itself refuses to read a number of thousands
GAMES: Final = Registry[Callable[..., Game]](
    "arena.games",
    "game",
    {"rps": rock_paper_scissors, "hide-and-seek": hide_and_seek, "matching-pennies": matching_pennies},
)


def ignored_games(name: str = "") -> tuple[str, ...]:
    """Sentences on games of other packages whose names are taken, or claimed by two packages."""
    return GAMES.ignored(name.partition(":")[0])


def game_templates(name: str) -> Path | None:
    """The folder with the wordings of a game that another package brings; None for one of Arena's own."""
    folder = GAMES.folder(name)
    return folder / "templates" / name if folder else None


def _make(name: str, *options: int) -> Game:
    maker = GAMES.load(name)
    if GAMES.owns(name):
        return _called(name, maker, *options)
    with GAMES.blaming(name, "can't be made"):
        game = _called(name, maker, *options)
    if not isinstance(game, Game) or game.name.partition(":")[0] != name:
        got = f"one that is called {game.name!r}" if isinstance(game, Game) else repr(game)
        raise GAMES.failure(name, f"isn't a Game of that name but {got}")
    return game


def _called(name: str, maker: Callable[..., Game], *options: int) -> Game:
    try:
        signature(maker).bind(*options)
    except TypeError:
        wrong = f"takes no number: write {name!r} alone" if options else f"needs a number, as in {name}:5"
        raise UsageError(f"the game {name!r} {wrong}") from None
    return maker(*options)


def game_names() -> tuple[str, ...]:
    """The names that a person can type, sorted."""
    return GAMES.names()


def playable_games() -> dict[str, Game]:
    """The games that can be made, by name: a package that fails takes no other game down."""
    found = {}
    for name in game_names():
        with suppress(ArenaError):
            found[name] = parse_game(name)
    return found


def parse_game(spec: str) -> Game:
    """The game that `spec` names, as a name or as `name:NUMBER` for a game with an option.

    Raises UsageError for an unknown name or an option that the game doesn't take, InputError if the package that
    brings the game fails.
    """
    name, colon, option = spec.strip().lower().partition(":")
    if name not in GAMES:
        raise UsageError(f"there is no game {spec!r}: {meant(name, game_names())}")
    if not colon:
        return _make(name)
    if not option.isascii() or not option.isdigit():
        raise UsageError(f"{spec!r}: after {name}: there should be a whole number, as in hide-and-seek:5")
    if len(option) > _MOST_DIGITS:
        raise UsageError(f"the game {name!r} can't have a number of {len(option)} digits")
    return _make(name, int(option))
