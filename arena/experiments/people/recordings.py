"""A table of recorded play, checked row by row: CSV with a round in a row, as docs/people.md describes it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from arena.errors import InputError
from arena.games import Game
from arena.records import Outcome
from arena.tables import table_rows
from arena.text import meant

NEEDED: Final = ("person", "round", "move", "reply")
OPTIONAL: Final = ("experiment", "opponent", "outcome")
MOST_ROUNDS: Final = 100_000  # of a person
_MOST_BYTES: Final = 500_000_000  # of a table
_PIECE: Final = 1_000_000  # bytes that are read at once
_LONGEST: Final = 200  # letters of a name
_GZIP: Final = b"\x1f\x8b"
_NO_MOVE: Final = frozenset({"", "none", "nan", "na"})
_OUTCOMES: Final = {"win": Outcome.WIN, "tie": Outcome.TIE, "loss": Outcome.LOSS}


@dataclass(frozen=True, slots=True)
class Recording:
    """What one person played, round by round, with the replies. None: no move was recorded. Rounds that the table
    leaves out have neither move nor reply. `opponent` is the name that the table gives, "" for none."""

    person: str
    opponent: str
    moves: tuple[int | None, ...]
    replies: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, and its place in words; `at` adds a column to the place."""

    place: str
    cells: Mapping[str, str]

    def at(self, column: str) -> str:
        return f"{self.place}, column {column!r}"


_Round = tuple[str, int | None, int | None]  # its place, the move and the reply


def read_recordings(files: Sequence[Path], game: Game) -> list[Recording]:
    """The people in some tables, in the order in which they first appear: a person is known by the columns person,
    experiment and opponent. Raises InputError for whatever is wrong in a table, with its file, line and column."""
    rounds: dict[tuple[str, str, str], dict[int, _Round]] = {}
    for file in files:
        for row in _rows(file):
            number = _number(row)
            played = rounds.setdefault((_name(row, "person"), _name(row, "experiment"), _name(row, "opponent")), {})
            if number in played:
                raise InputError(
                    f"{row.at('round')}: round {number} of this person was recorded before ({played[number][0]}): keep "
                    "one of the two, or give each match a person of its own"
                )
            move, reply = _move(row, "move", game.moves, game), _move(row, "reply", game.replies, game)
            _check_outcome(row, game, move, reply)
            played[number] = row.place, move, reply
    if not rounds:
        raise InputError(f"there are no rounds in {', '.join(map(str, files))}: nothing was recorded")
    return [_recording(*whose, played) for whose, played in rounds.items()]


def _recording(person: str, experiment: str, opponent: str, played: Mapping[int, _Round]) -> Recording:
    missing: _Round = ("", None, None)
    whole = [played.get(number, missing) for number in range(1, max(played) + 1)]
    against = "/".join(filter(None, (experiment, opponent)))
    return Recording(person, against, tuple(move for _, move, _ in whole), tuple(reply for *_, reply in whole))


def _rows(file: Path) -> Iterator[_Row]:
    rows = table_rows(str(file), _unpacked(file))
    names = [name.strip() for name in next(rows, (1, []))[1]]
    for name in NEEDED:
        if name not in names:
            raise InputError(
                f"{file}, line 1: there is no column {name!r}: a table of recorded play has the columns "
                f"{', '.join(NEEDED)}, and may have {', '.join(OPTIONAL)}"
            )
    for name in (*NEEDED, *OPTIONAL):
        if names.count(name) > 1:
            raise InputError(f"{file}, line 1: there are {names.count(name)} columns {name!r}: keep one of them")
    for line, cells in rows:
        if any(cells):
            if len(cells) != len(names):
                raise InputError(f"{file}, line {line}: it has {len(cells)} cells, and line 1 has {len(names)}")
            yield _Row(f"{file}, line {line}", dict(zip(names, map(str.strip, cells), strict=True)))


def _unpacked(file: Path) -> bytes:
    """What a file holds; one that is compressed with gzip is unpacked."""
    try:
        with file.open("rb") as opened:
            packed = opened.read(len(_GZIP)) == _GZIP
            opened.seek(0)
            unpacked = gzip.GzipFile(fileobj=opened) if packed else opened
            data = b"".join(islice(iter(lambda: unpacked.read(_PIECE), b""), _MOST_BYTES // _PIECE + 1))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{file} is damaged, so it can't be unpacked ({error}): get it again") from error
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise InputError(f"{file} is too large for a table of recorded play: divide it into several runs")
    return data


def _name(row: _Row, column: str) -> str:
    name = row.cells.get(column, "")
    if column in NEEDED and not name:
        raise InputError(f"{row.at(column)}: it is empty, and says whose round this is")
    if len(name) > _LONGEST:
        raise InputError(f"{row.at(column)}: a name has at most {_LONGEST} letters, and this one has {len(name)}")
    return name


def _number(row: _Row) -> int:
    text = row.cells["round"]
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MOST_ROUNDS):
        raise InputError(f"{row.at('round')}: {text!r:.40} should be the round's number, from 1 to {MOST_ROUNDS:,}")
    return int(text)


def _move(row: _Row, column: str, moves: tuple[str, ...], game: Game) -> int | None:
    name = row.cells[column].lower()
    if name in _NO_MOVE:
        return None
    if name not in moves:
        raise InputError(f"{row.at(column)}: {name!r:.40} isn't possible in {game.title}: {meant(name[:40], moves)}")
    return moves.index(name)


def _check_outcome(row: _Row, game: Game, move: int | None, reply: int | None) -> None:
    """Refuse an outcome that contradicts the rules: the columns of the two seats may have been exchanged. Without both
    moves a table may say what it likes."""
    name = row.cells.get("outcome", "").lower()
    if name in _NO_MOVE or move is None or reply is None:
        return
    if name not in _OUTCOMES:
        raise InputError(f"{row.at('outcome')}: {name!r:.40} is no outcome: {meant(name[:40], _OUTCOMES)}")
    if _OUTCOMES[name] is not game.outcome(move, reply):
        of_rules = game.outcome(move, reply).name.lower()
        raise InputError(
            f"{row.at('outcome')}: {game.moves[move]} against {game.replies[reply]} is a {of_rules} for the person, "
            f"not a {name}: correct it, or leave the column out"
        )
