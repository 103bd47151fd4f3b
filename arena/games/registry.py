"""From what a person types to a game: `rps`, `hide-and-seek:5`, or one that another package brings.

A package adds a game through the entry point group `arena.games`: the name is what people type, the object
a function that returns a Game, with one optional whole number as its argument (`name:5`).
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from importlib.metadata import entry_points

from arena.errors import UsageError
from arena.games.game import Game
from arena.games.hide_and_seek import hide_and_seek
from arena.games.matching_pennies import matching_pennies
from arena.games.rock_paper_scissors import rock_paper_scissors

ENTRY_POINT_GROUP = "arena.games"
_MOST_DIGITS = 18  # Python itself refuses to read a number of thousands

_BUILT_IN: dict[str, Callable[..., Game]] = {
    "rps": rock_paper_scissors,
    "hide-and-seek": hide_and_seek,
    "matching-pennies": matching_pennies,
}


def _makers() -> dict[str, Callable[..., Game]]:
    makers = {point.name: _load(point.name, point.load) for point in entry_points(group=ENTRY_POINT_GROUP)}
    return makers | _BUILT_IN


def _load(name: str, load: Callable[[], Callable[..., Game]]) -> Callable[..., Game]:
    """A maker that imports its package only when the game is played."""

    def make(*arguments: int) -> Game:
        try:
            maker = load()
        except (ImportError, AttributeError) as error:
            raise UsageError(f"the game {name!r} comes from a package that can't be imported: {error}") from error
        return maker(*arguments)

    return make


def game_names() -> tuple[str, ...]:
    """The names that a person can type, sorted."""
    return tuple(sorted(_makers()))


def parse_game(spec: str) -> Game:
    """The game that `spec` names: a name, or `name:NUMBER` for a game with an option.

    Raises UsageError for an unknown name or an option that the game doesn't take.
    """
    name, colon, option = spec.strip().lower().partition(":")
    makers = _makers()
    if name not in makers:
        close = get_close_matches(name, makers, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(makers))}"
        raise UsageError(f"there is no game {spec!r}: {hint}")
    if not colon:
        return makers[name]()
    if not option.isascii() or not option.isdigit():
        raise UsageError(f"{spec!r}: after {name}: there should be a whole number, as in hide-and-seek:5")
    if len(option) > _MOST_DIGITS:
        raise UsageError(f"the game {name!r} can't have a number of {len(option)} digits")
    try:
        return makers[name](int(option))
    except TypeError:
        raise UsageError(f"the game {name!r} takes no number: write {name!r} alone") from None
