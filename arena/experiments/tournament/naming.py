"""Sets of other names for moves and players, as people write them (TOML):

name = "letters"

[rps]
rock = "F"
paper = "J"
scissors = "K"

[players]
Ann = "Kim"
Bob = "Lee"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from arena.errors import InputError, UsageError
from arena.games import Game, game_names, parse_game
from arena.text import meant
from arena.toml import Keys, lines_of, parse_toml, read_text

OWN: Final = "own"  # the game's own names
PLAYERS: Final = ("Ann", "Bob")  # in the wordings that name players
_WORD: Final = re.compile(r"\w[\w-]{0,29}")


@dataclass(frozen=True)
class Names:
    """A set of names: for each game its words in place of the moves' own, and those of the players. `identity` is its
    name and a hash of all that it says."""

    identity: str
    games: Mapping[str, Mapping[str, str]]
    players: tuple[str, str]
    file: str = ""
    lines: Mapping[Keys, int] | None = None

    def words(self, game: Game) -> tuple[str, ...]:
        """The words for the moves, in the game's order. Raises InputError if the set has none for this game."""
        moves = tuple(dict.fromkeys((*game.moves, *game.replies)))
        if not self.file:
            return moves
        table = game.name.partition(":")[0]
        if table not in self.games:
            raise InputError(f"the names {self.file} have no words for {game.title}: add a table [{table}]")
        for move in moves:
            if move not in self.games[table]:
                raise self._fault(f"there is no word for `{move}`", (table,))
        return tuple(self.games[table][move] for move in moves)

    def _fault(self, what: str, keys: Keys) -> InputError:
        return _fault(self.file, self.lines or {}, what, keys)


def find_names(text: str) -> Names:
    """A shipped set by its name, or one from a file (PATH.toml); `own` stands for the games' own names.

    Raises UsageError for a name that isn't there, InputError for a file that can't be read or isn't such a set.
    """
    if text == OWN:
        return Names(OWN, {}, PLAYERS)
    known = {entry.name.removesuffix(".toml"): entry for entry in _shipped()}
    if text in known:
        return _read(known[text])
    if text.endswith(".toml") or "/" in text:
        return _read(Path(text))
    names = [OWN, *sorted(known)]
    raise UsageError(f"there are no names {text!r}: {meant(text, names, f'{_listed(names)}, or a file, FILE.toml')}")


def _listed(names: Sequence[str]) -> str:
    return f"there are {', '.join(names)}"


def _shipped() -> Iterator[Traversable]:
    folder = files("arena.prompts") / "renamings"
    return (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))


def _read(file: Traversable) -> Names:
    text = read_text(file, "set of names")
    said, lines = parse_toml(text, file, "set of names"), lines_of(text)
    checked = _Checked(str(file), lines)
    games: dict[str, dict[str, str]] = {}
    players: tuple[str, str] = PLAYERS
    for key, value in said.items():
        if key == "name":
            checked.text(value, ("name",))
        elif key == "players":
            found = checked.table(key, value, PLAYERS)
            players = (found.get("Ann", "Ann"), found.get("Bob", "Bob"))
            if players[0].lower() == players[1].lower():
                raise checked.fault(f"both players are called {players[0]!r}", (key,))
        elif key in game_names():
            games[key] = checked.table(key, value, None)
        else:
            hint = meant(key, ["name", "players", *game_names()])
            raise checked.fault(f"there is no such key: {hint}", (key,))
    if "name" not in said:
        raise checked.fault("the key `name` is missing", ())
    for game, words in games.items():
        checked.distinct(words, players, game)
    digest = sha256(repr((sorted((game, sorted(words.items())) for game, words in games.items()), players)).encode())
    return Names(f"{said['name']}@{digest.hexdigest()[:8]}", games, players, str(file), lines)


@dataclass(frozen=True)
class _Checked:
    """A file's values, checked one by one. Each method raises InputError that names the line and the key."""

    file: str
    lines: Mapping[Keys, int]

    def fault(self, what: str, keys: Keys) -> InputError:
        return _fault(self.file, self.lines, what, keys)

    def text(self, value: Any, keys: Keys) -> str:
        if not isinstance(value, str) or not _WORD.fullmatch(value):
            raise self.fault("it should be one word in quotation marks, of at most 30 letters and digits", keys)
        return value

    def table(self, name: str, value: Any, known: Sequence[str] | None) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self.fault(f"it should be a table: [{name}], and below it a line for each word", (name,))
        if known is None:
            game = parse_game(name)
            known = tuple(dict.fromkeys((*game.moves, *game.replies)))
        for key in value:
            if key not in known:
                raise self.fault(f"there is no such word to replace: {meant(key, known)}", (name, key))
        return {key: self.text(word, (name, key)) for key, word in value.items()}

    def distinct(self, words: Mapping[str, str], players: Sequence[str], game: str) -> None:
        seen = {player.lower(): f"players' name {player}" for player in players}
        for key, word in words.items():
            if word.lower() in seen:
                raise self.fault(f"{word!r} is there already, as the {seen[word.lower()]}", (game, key))
            seen[word.lower()] = f"word for {key}"


def _fault(file: str, lines: Mapping[Keys, int], what: str, keys: Keys) -> InputError:
    line = next((lines[keys[:size]] for size in range(len(keys), 0, -1) if keys[:size] in lines), 1)
    where = f"`{keys[-1]}` of [{keys[0]}]" if len(keys) > 1 else f"`{keys[0]}`" if keys else ""
    return InputError(f"the names {file}, line {line}{f', {where}' if where else ''}: {what}")
