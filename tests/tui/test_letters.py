"""Block letters: as large as there is room for, and still the letters that they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.games import parse_game, playable_games
from arena.records import Seat
from arena.tui.widgets.letters import block, fitted

WORDS = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+.", min_size=1, max_size=10), min_size=1, max_size=5)


def halves(rows: tuple[str, ...]) -> list[str]:
    """The rows cut into upper and lower halves of cells."""
    return ["".join("#" if cell in full else " " for cell in row) for row in rows for full in ("█▀", "█▄")]


def down(rows: tuple[str, ...]) -> int:
    """The height of a dot in half rows, where the text is in one line and has a letter as high as the others."""
    filled = [row for row in halves(rows) if row.strip()]
    return len(filled) // 5


@given(WORDS, st.integers(1, 200), st.integers(1, 60))
def test_letters_stay_within_their_room_and_a_larger_one_is_used(words: list[str], columns: int, rows: int) -> None:
    drawn = fitted(" ".join(words), columns, rows)
    if drawn is None:
        return
    assert len(drawn) <= rows and {len(row) for row in drawn} == {columns}
    larger = fitted(" ".join(words), 2 * columns, 2 * rows)
    assert larger is not None
    assert sum(row.count("#") for row in halves(larger)) >= 4 * sum(row.count("#") for row in halves(drawn))


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6), st.integers(40, 200), st.integers(3, 40))
def test_letters_of_any_size_are_the_small_ones_enlarged(word: str, columns: int, rows: int) -> None:
    small = block(word, 200).splitlines()
    drawn = fitted(word, columns, rows)
    assert drawn is not None
    high = down(drawn)
    lines = halves(drawn)[: 5 * high : high]
    left = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    right = max(len(line.rstrip()) for line in lines)
    edge = max(len(line.rstrip()) for line in small)
    first = min(len(line) - len(line.lstrip()) for line in small if line.strip())
    wide = (right - left) // (edge - first)
    assert high / 2 <= wide <= high  # of a dot, and half a row is as high as a column is wide
    assert [line[left:right:wide].rstrip() for line in lines] == [
        line[first:].replace("█", "#").rstrip() for line in small
    ]


@pytest.mark.parametrize("name", playable_games())
def test_every_move_fits_beside_another_in_80_columns(name: str) -> None:
    game = parse_game(name)
    for seat in Seat:
        for move in game.moves_of(seat):
            assert fitted(move, 40, 3) is not None, move


def test_words_are_put_below_each_other_where_that_makes_them_larger() -> None:
    wide, narrow = fitted("found in the garden", 200, 6), fitted("found in the garden", 80, 11)
    assert wide is not None and narrow is not None
    assert len(wide) == 5 and len(narrow) == 11
    assert fitted("found in the garden", 80, 5) is None


@pytest.mark.parametrize("text", ["日本", "", "a b c d e f g h i", "wörter"])
def test_what_has_no_letters_is_left_to_plain_text(text: str) -> None:
    assert fitted(text, 200, 60) is None
