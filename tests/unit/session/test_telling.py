"""What is said to the person at the table."""

from __future__ import annotations

import pytest

from arena.games import parse_game
from arena.records import Seat
from arena.session.telling import NOTHING, aim, happened, why
from tests.support.sights import sight

ROCK, PAPER, SCISSORS = range(3)


@pytest.mark.parametrize(
    ("game", "seat", "said"),
    [
        ("rps", Seat.SUBJECT, "rock beats scissors beats paper beats rock"),
        ("rps", Seat.OPPONENT, "rock beats scissors beats paper beats rock"),
        ("hide-and-seek", Seat.SUBJECT, "You hide: you win if it looks in another spot."),
        ("hide-and-seek:3", Seat.OPPONENT, "You seek: you win if you look in the spot where it hides."),
        ("matching-pennies", Seat.SUBJECT, "You win if the two coins differ."),
        ("matching-pennies", Seat.OPPONENT, "You win if the two coins are alike."),
    ],
)
def test_one_line_says_what_wins(game: str, seat: Seat, said: str) -> None:
    assert aim(parse_game(game), seat) == said


@pytest.mark.parametrize(
    ("game", "seat", "moves", "said"),
    [
        ("rps", Seat.SUBJECT, (ROCK, SCISSORS), "rock beats scissors"),
        ("rps", Seat.OPPONENT, (ROCK, PAPER), "paper beats rock"),
        ("rps", Seat.SUBJECT, (PAPER, PAPER), "both paper"),
        ("hide-and-seek", Seat.SUBJECT, (1, 1), "found"),
        ("hide-and-seek", Seat.SUBJECT, (1, 2), "not found"),
        ("hide-and-seek", Seat.OPPONENT, (1, 1), "found"),
        ("matching-pennies", Seat.OPPONENT, (0, 1), "the coins differ"),
    ],
)
def test_a_round_is_told_in_the_words_of_its_game(game: str, seat: Seat, moves: tuple[int, int], said: str) -> None:
    seen = sight([moves], game, seat).rounds[0]
    assert happened(parse_game(game), seat, seen) == said


def test_a_reason_says_what_the_person_did_before() -> None:
    played = [PAPER, PAPER, ROCK, PAPER, PAPER, ROCK, PAPER, PAPER, SCISSORS, PAPER, PAPER, ROCK]
    table = sight([(move, ROCK) for move in played], reader="markov:2")
    assert why(table, table.rounds[0]) == NOTHING
    assert why(table, table.rounds[-1]) == "after paper, paper you played rock 2 of 3 times"
    assert table.rounds[-1].read is True
    assert why(table, table.rounds[5]) == "the only time that paper, paper came before, you played rock"


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("reader", ["frequency", "markov:2", "wsls", "iocaine"])
@pytest.mark.parametrize("game", ["rps", "hide-and-seek", "matching-pennies"])
def test_every_reading_has_a_reason_in_words_that_name_the_move(seat: Seat, reader: str, game: str) -> None:
    moves = [(number * number % 2, number % 2) for number in range(14)]
    table = sight(moves, game, seat, reader)
    for seen in table.rounds:
        said = why(table, seen)
        if seen.reading is not None and reader != "wsls":
            assert table.game.moves_of(seat)[seen.reading.expected] in said
        assert said and not said.endswith(".")
    right, of = table.caught
    assert right == sum(bool(seen.read) for seen in table.rounds) and of > 5
