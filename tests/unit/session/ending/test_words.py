"""What the card at the end of a match says, and that its picture can be drawn."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image

from arena.records import Outcome, Policy, Seat
from arena.session.ending.ending import Ending, ending
from arena.session.ending.picture import picture
from arena.session.ending.standing import Standing
from arena.session.ending.words import headline, sentences, text
from tests.support.sights import sight

ROCK, PAPER, SCISSORS = range(3)


def test_a_lost_match_against_a_reader() -> None:
    played = [PAPER, PAPER, ROCK] * 7
    made = ending(sight([(move, (move + 1) % 3) for move in played[:19]], reader="markov:2"), "the merciless reader")
    assert headline(made) == "You lost 0 to 19"
    said = " ".join(sentences(made))
    assert "It read you in 17 of the 18 rounds that it had a guess for, 94%. Chance would be 33%." in said
    assert "What gave you away: after rock you played paper, 6 of 6 times." in said
    assert "Perfect play can't be read: it scores 0 on average. You scored -100." in said
    assert "Only playing" not in said  # the reader would have noticed


def test_going_round_in_a_circle_is_told_as_one_habit() -> None:
    played = [number % 3 for number in range(10)]
    said = " ".join(sentences(ending(sight([(move, ROCK) for move in played], reader="markov:2"), "it")))
    circle = "you went from rock to paper, from paper to scissors and from scissors to rock"
    assert f"What gave you away: {circle}, 9 of 9 times." in said


def test_who_is_read_well_by_no_single_habit_is_told_so() -> None:
    made = ending(sight([(ROCK, PAPER)], reader="markov:2"), "it")
    assert not made.well_read and "No habit of yours stood out." in sentences(made)
    assert any("smaller ones gave you away" in said for said in sentences(replace(made, caught=(5, 5))))
    read = sight([(move, ROCK) for move in [PAPER, PAPER, ROCK] * 4], reader="markov:2")
    assert ending(read, "it").well_read


def test_a_net_that_was_reached_before_is_not_called_the_best() -> None:
    made = ending(sight([(ROCK, PAPER)]), "it", Standing(1, 3, 50.0, None, 1, Outcome.LOSS))
    assert "Your best of 3 matches against it." in sentences(made)
    made = replace(made, standing=Standing(1, 3, 50.0, None, 1, Outcome.LOSS, is_equalled=True))
    assert "As good as your best of 3 matches against it." in sentences(made)


def test_a_match_against_a_model_says_how_sure_it_was_and_what_would_have_beaten_it() -> None:
    rounds = [(ROCK, ROCK), (ROCK, PAPER), (PAPER, ROCK), (SCISSORS, ROCK), (ROCK, ROCK), (SCISSORS, SCISSORS)]
    made = ending(sight(rounds, seat=Seat.OPPONENT, policy=Policy((0.7, 0.2, 0.1))), "gemma")
    assert headline(made) == "You lost 1 to 2, with 3 ties"
    said = " ".join(sentences(made))
    assert "Only playing paper would have scored +50." in said  # of six: four won, one tied, one lost
    meaning = "how likely its likeliest move was"
    assert f"Its determinism, {meaning}, was 0.70 on average; 0.33 would be unreadable." in said


def test_who_seeks_can_only_lose_against_perfect_play() -> None:
    made = ending(sight([(1, 2), (3, 3)], "hide-and-seek", Seat.OPPONENT), "it")
    assert round(made.perfect, 1) == -71.4
    assert headline(made) == "A draw, 1 to 1"


def test_a_match_of_one_round_has_an_ending_too() -> None:
    made = ending(sight([(ROCK, PAPER)], reader="iocaine"), "the sharp reader")
    assert headline(made) == "You lost 0 to 1" and sentences(made)
    assert text(made).startswith("You lost 0 to 1: rock-paper-scissors · 1 round · you against the sharp reader\nL\n")


def test_the_picture_is_an_svg_and_a_png_of_1200_by_630_and_names_are_no_mathematics() -> None:
    made = picture(_long("$x_$ \x1b[31m evil"))
    assert made["svg"].startswith(b"<?xml")
    with Image.open(io.BytesIO(made["png"])) as image:
        assert image.size == (1200, 630)


def _long(name: str) -> Ending:
    return ending(sight([(number % 3, number % 2) for number in range(60)]), name)
