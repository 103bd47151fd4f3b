"""Words in block letters, five rows high, for the back of a room."""

from __future__ import annotations

from typing import Final

# five rows per letter, two to five columns wide
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
    "T": "█████|  █  |  █  |  █  |  █  ",
    "U": "█  █|█  █|█  █|█  █| ██ ",
    "V": "█   █|█   █|█   █| █ █ |  █  ",
    "W": "█   █|█   █|█ █ █|██ ██|█   █",
    "X": "█   █| █ █ |  █  | █ █ |█   █",
    "Y": "█   █| █ █ |  █  |  █  |  █  ",
    "Z": "████|  █ | █  |█   |████",
    "-": "   |   |███|   |   ",
    " ": "  |  |  |  |  ",
}
ROWS: Final = 5


def block(word: str, width: int) -> str:
    """The word in block letters; unchanged if a letter has no shape or `width` columns are too few."""
    letters = [_SHAPES.get(letter) for letter in word.upper()]
    if None in letters or not letters:
        return word.upper()
    rows = [" ".join(parts) for parts in zip(*(letter.split("|") for letter in letters if letter), strict=True)]
    return "\n".join(rows) if len(rows[0]) <= width else word.upper()
