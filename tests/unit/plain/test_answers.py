"""What somebody types in the plain mode is a move, a word, or a sentence that says why it is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.games import playable_games
from arena.plain.answers import Word, one_of, read_move

MOVES = sorted({game.moves for game in playable_games().values()} | {("left", "leap", "lea"), ("score", "skip")})


@given(st.sampled_from(MOVES), st.data())
def test_a_move_is_known_by_its_word_its_number_and_any_beginning_of_its_own(
    moves: tuple[str, ...], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(moves) - 1))
    move = moves[at]
    assert read_move(move, moves) == read_move(move.upper(), moves) == read_move(str(at + 1), moves) == at
    beginning = move[: data.draw(st.integers(1, len(move)))]
    alike = [other for other in moves if other.startswith(beginning)]
    if len(alike) == 1:
        assert read_move(beginning, moves) == at
    elif beginning not in moves:
        said = read_move(beginning, moves)
        assert isinstance(said, str) and all(other in said for other in alike) and said.endswith("type more of it.")


@given(st.sampled_from(MOVES), st.text())
def test_anything_else_is_answered_with_a_sentence(moves: tuple[str, ...], said: str) -> None:
    read = read_move(said, moves)
    if isinstance(read, str) and not isinstance(read, Word):
        assert 10 < len(read) < 200 + sum(map(len, moves)) and read.isprintable()
        assert not one_of(said, moves) or "type more of it" in read


@pytest.mark.parametrize(("said", "word"), [("help", "help"), ("?", "help"), ("Score", "score"), ("QUIT", "quit")])
def test_other_words(said: str, word: str) -> None:
    assert read_move(said, ("rock", "paper", "scissors")) is Word(word)


@pytest.mark.parametrize("said", ["0", "4", "1" * 5000, "٣", "-1", "stone"])
def test_what_is_no_move(said: str) -> None:
    read = read_move(said, ("rock", "paper", "scissors"))
    assert isinstance(read, str) and "isn't a move" in read
