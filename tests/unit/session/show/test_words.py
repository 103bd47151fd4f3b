"""What is said on a stage, in the words of the game."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arena.games import parse_game
from arena.games.game import Told
from arena.records import Policy, Seat
from arena.session.show.words import closing, heading, how_sure, lead, moves, opening, score, stage_name, verdict
from tests.support.shows import board
from tests.support.sights import sight

NAMES = {Seat.SUBJECT: "ann", Seat.OPPONENT: "bob"}


@pytest.mark.parametrize(
    ("game", "played", "said"),
    [
        ("rps", (0, 2), "rock beats scissors"),
        ("rps", (0, 1), "paper beats rock"),
        ("rps", (1, 1), "both paper"),
        ("hide-and-seek", (2, 2), "found in the garden"),
        ("hide-and-seek", (2, 1), "not found in the closet"),
        ("matching-pennies", (0, 0), "the coins are alike"),
        ("matching-pennies", (0, 1), "the coins differ"),
    ],
)
def test_a_verdict_names_what_decided(game: str, played: tuple[int, int], said: str) -> None:
    seen = sight([played], game)
    assert verdict(seen.game, seen.rounds[-1]) == said


def test_a_round_without_a_move_says_so() -> None:
    seen = board([[(None, 1)]], "hide-and-seek").sight.rounds[-1]
    assert verdict(parse_game("hide-and-seek"), seen) == "no move"
    assert moves(parse_game("hide-and-seek"), seen) == {Seat.SUBJECT: "no answer", Seat.OPPONENT: "closet"}


def test_words_of_another_package_s_game_are_no_template() -> None:
    odd = Told("", "", "won", "lost", win_in_full="{0} {move} {", loss_in_full="")
    game = replace(parse_game("matching-pennies"), told=odd)
    assert verdict(game, sight([(0, 1)], "matching-pennies").rounds[-1]) == "{0} heads {"
    assert verdict(game, sight([(0, 0)], "matching-pennies").rounds[-1]) == "lost"


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("human", "volunteer"),
        ("human:mind-reader", "volunteer"),
        ("greedy", "greedy reader"),
        ("markov:2", "merciless reader"),
        ("llm:gemma-3-270m", "gemma-3-270m"),
        ("llm:llama.cpp:/a\x1b[2Jb.gguf", "llama.cpp:/a\\x1b[2Jb.gguf"),
    ],
)
def test_a_name_on_a_stage_is_short_and_safe(spec: str, name: str) -> None:
    assert stage_name(spec) == name


def test_cards_say_who_meets_whom_and_who_won() -> None:
    sure, even = Policy((0.75, 0.25, 0.0)), Policy((0.5, 0.25, 0.25))
    seen = board([[(0, 1), (0, 1), (0, 2), (0, 0)], [(0, 2)] * 4, [(0, 1)] * 4], subject=sure, opponent=even)
    card = closing(seen, NAMES, list(Seat), 0.0)
    assert card.large == (("bob", Seat.OPPONENT), ("wins", Seat.OPPONENT))
    assert card.small == (
        "4 to 0",
        "games: ann 1, bob 2",
        "ann determinism 0.75 · bob determinism 0.50 · chance 0.33",
        "net of ann -8.3   perfect play would score +0.0",
    )
    seen.begin()
    card = opening(seen, NAMES)
    assert [text for text, _ in card.large] == ["ann", "meets", "bob"]
    assert card.small == ("game 4 · rock-paper-scissors · 4 rounds", "so far: ann 1, bob 2")
    assert closing(board([[(0, 0)]]), NAMES, [Seat.SUBJECT], 0.0).large == (("a draw", None),)


def test_lines_beside_the_round() -> None:
    sure = Policy((0.75, 0.25, 0.0))
    seen = board([[(0, 1), (0, 1), (0, 2), (0, 0)]], subject=sure)
    assert (
        heading(seen, NAMES, "2 rounds/s")
        == "rock-paper-scissors · game 1 · round 4 of 4 · 2 rounds/s · ann against bob"
    )
    assert lead(seen, NAMES) == "bob leads by 2 rounds to 1"
    assert how_sure(seen, Seat.SUBJECT) == "how sure the reader was: 75%      chance would be 33%"
    assert (score(seen, Seat.SUBJECT), score(seen, Seat.OPPONENT)) == (("won 1", "net -25"), ("won 2", "net +25"))
