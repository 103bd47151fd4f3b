"""Words in block letters: five rows high, or as large as there is room for, for the back of a room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

# five rows per letter, one to five dots wide
_SHAPES: Final = {
    "A": " ██ |█  █|████|█  █|█  █",
    "B": "███ |█  █|███ |█  █|███ ",
    "C": " ███|█   |█   |█   | ███",
    "D": "███ |█  █|█  █|█  █|███ ",
    "E": "████|█   |███ |█   |████",
    "F": "████|█   |███ |█   |█   ",
    "G": " ███|█   |█ ██|█  █| ███",
    "H": "█  █|█  █|████|█  █|█  █",
    "I": "███| █ | █ | █ |███",
    "J": "  ██|   █|   █|█  █| ██ ",
    "K": "█  █|█ █ |██  |█ █ |█  █",
    "L": "█   |█   |█   |█   |████",
    "M": "█   █|██ ██|█ █ █|█   █|█   █",
    "N": "█   █|██  █|█ █ █|█  ██|█   █",
    "O": " ██ |█  █|█  █|█  █| ██ ",
    "P": "███ |█  █|███ |█   |█   ",
    "Q": " ██ |█  █|█  █|█ █ | █ █",
    "R": "███ |█  █|███ |█ █ |█  █",
    "S": " ███|█   | ██ |   █|███ ",
    "T": "███| █ | █ | █ | █ ",
    "U": "█  █|█  █|█  █|█  █| ██ ",
    "V": "█   █|█   █|█   █| █ █ |  █  ",
    "W": "█   █|█   █|█ █ █|██ ██|█   █",
    "X": "█   █| █ █ |  █  | █ █ |█   █",
    "Y": "█   █| █ █ |  █  |  █  |  █  ",
    "Z": "████|  █ | █  |█   |████",
    "0": " ██ |█  █|█ ██|██ █| ██ ",
    "1": " █ |██ | █ | █ |███",
    "2": "███ |   █| ██ |█   |████",
    "3": "███ |   █| ██ |   █|███ ",
    "4": "█  █|█  █|████|   █|   █",
    "5": "████|█   |███ |   █|███ ",
    "6": " ██ |█   |███ |█  █| ██ ",
    "7": "████|   █|  █ | █  | █  ",
    "8": " ██ |█  █| ██ |█  █| ██ ",
    "9": " ██ |█  █| ███|   █| ██ ",
    "-": "   |   |███|   |   ",
    "+": "   | █ |███| █ |   ",
    "=": "   |███|   |███|   ",
    "_": "    |    |    |    |████",
    ".": " | | | |█",
    ",": "  |  |  | █|█ ",
    ":": " |█| |█| ",
    "/": "   █|  █ | █  |█   |█   ",
    "&": " ██ |█  █| ██ |█  █| ███",
    "'": "█|█| | | ",
    "?": "███ |   █| ██ |    | █  ",
    "!": "█|█|█| |█",
    "…": "     |     |     |     |█ █ █",
    " ": "  |  |  |  |  ",
}
_DOTS: Final = 5  # rows of dots in a letter
_MOST_PIECES: Final = 8  # more aren't tried: there are 2**7 ways to break these already
_PIECE: Final = re.compile(r"\s*(?:-*[^\s-]+-*|-+)")  # a word, or its part up to a hyphen, with the space before it
_CELLS: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}  # upper, lower half


def block(word: str, width: int) -> str:
    """The word in block letters of five rows; unchanged if a letter has no shape or `width` columns are too few."""
    rows = _dots(word)
    return word.upper() if rows is None or len(rows[0]) > width else "\n".join(rows)


@lru_cache(maxsize=256)
def fitted(text: str, columns: int, rows: int) -> tuple[str, ...] | None:
    """The text in capitals as large as fit into `columns` by `rows`, each line of them centred; broken between words,
    and after hyphens, where that makes them larger. None if even the smallest don't fit, or a character has no shape.

    A dot of a letter is drawn a whole number of columns wide and of half rows high, so half a row is as small as a
    column is, and letters are never wider than they would be with square dots, nor narrower than half of that.
    """
    pieces = _PIECE.findall(text.strip())
    if not 0 < len(pieces) <= _MOST_PIECES or _dots(text) is None:
        return None
    best: tuple[int, int, int, Sequence[str]] = 0, 0, 0, ()
    for lines in _breaks(pieces):
        across = columns // max(_width(line) for line in lines)
        down = 0
        while _height(len(lines), down + 1) <= 2 * rows:
            down += 1
        down = min(down, 2 * across)
        across = min(across, down)
        if across * down > best[0] * best[1] or (across * down == best[0] * best[1] and len(lines) < best[2]):
            best = across, down, len(lines), lines
    across, down, _, chosen = best
    return tuple(_drawn(chosen, across, down, columns)) if chosen else None


def _breaks(pieces: Sequence[str]) -> Iterator[list[str]]:
    """All ways to put the pieces into lines."""
    for chosen in range(2 ** (len(pieces) - 1)):
        lines = [pieces[0]]
        for at, piece in enumerate(pieces[1:]):
            if chosen >> at & 1:
                lines.append(piece.strip())
            else:
                lines[-1] += piece
        yield lines


def _dots(line: str) -> list[str] | None:
    """The line's five rows of dots, with a column between two letters; None if a character has no shape."""
    letters = [_SHAPES.get(letter) for letter in line.upper()]
    if None in letters or not letters:
        return None
    return [" ".join(parts) for parts in zip(*(letter.split("|") for letter in letters if letter), strict=True)]


def _width(line: str) -> int:
    """Columns of dots in a line."""
    return len((_dots(line) or [""])[0])


def _gap(down: int) -> int:
    """Half rows between two lines of letters: an even number where dots are whole rows, so that they stay whole."""
    return down if down < 3 else 2


def _height(lines: int, down: int) -> int:
    """Half rows that so many lines take."""
    return lines * _DOTS * down + (lines - 1) * _gap(down)


def _drawn(lines: Sequence[str], across: int, down: int, columns: int) -> Iterator[str]:
    """The rows of all lines, each `columns` wide."""
    halves: list[list[bool]] = []
    for at, line in enumerate(lines):
        halves += [[False] * columns] * (_gap(down) if at else 0)
        left = (columns - across * _width(line)) // 2
        for row in _dots(line) or ():
            filled = [False] * left + [dot != " " for dot in row for _ in range(across)]
            halves += [filled + [False] * (columns - len(filled))] * down
    if len(halves) % 2:
        halves.append([False] * columns)
    for upper, lower in zip(halves[::2], halves[1::2], strict=True):
        yield "".join(_CELLS[pair] for pair in zip(upper, lower, strict=True))
