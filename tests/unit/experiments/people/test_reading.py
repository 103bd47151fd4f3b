"""Readers on matches that were played: against what can be told by hand, and against matches with the reader itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from arena.errors import UsageError
from arena.experiments.people.played import NO_MOVE, Played
from arena.experiments.people.reading import Read, make_reader, read_match
from arena.games import parse_game
from tests.unit.agents.readers.matches import played


def read(spec: str, moves: Sequence[int], replies: Sequence[int], game: str = "rps") -> Read:
    rules = parse_game(game)
    match = Played(np.array(moves), np.array(replies))
    return asyncio.run(read_match(make_reader(spec, rules), rules, 0, match))


def test_what_a_reader_foresees_can_be_told_by_hand() -> None:
    # before the first move nothing is expected; then the most frequent so far, of equal ones the first
    assert read("frequency", [2, 2, 0, 2], [0] * 4) == Read(expected=3, foreseen=2, net=2.0, rounds=4)
    # rock beat scissors, so rock is expected and paper replied; paper came, a tie
    assert read("wsls", [0, 1], [2, 2]) == Read(expected=1, foreseen=0, net=0.0, rounds=2)


def test_rounds_without_a_move_count_for_nothing() -> None:
    # it goes on expecting scissors over the gap
    assert read("frequency", [2, NO_MOVE, 2], [0, 1, 1]) == Read(expected=1, foreseen=1, net=1.0, rounds=2)
    assert read("wsls", [0, NO_MOVE, 1], [2, NO_MOVE, 2]) == Read(expected=0, foreseen=0, net=0.0, rounds=2)


@pytest.mark.parametrize("game", ["rps", "hide-and-seek:3"])
@pytest.mark.parametrize("spec", ["frequency", "markov:1", "wsls", "iocaine"])
def test_in_a_match_with_the_reader_itself_it_foresees_what_it_then_won(spec: str, game: str) -> None:
    """Where it was certain it played the same, so its wins in those rounds are what is foreseen."""
    rounds = played("mix:rock=0.5,paper=0.3,scissors=0.2" if game == "rps" else "uniform", spec, 60, game)
    moves = [one.subject.move for one in rounds]
    replies = [one.opponent.move for one in rounds]
    found = read(spec, moves, replies, game)  # type: ignore[arg-type]
    certain = [one for one in rounds if one.opponent.policy is not None and one.opponent.policy.determinism == 1.0]
    assert (found.expected, found.foreseen) == (len(certain), sum(int(one.outcome) == -1 for one in certain))
    won = -sum(int(one.outcome) for one in certain)
    by_chance = 0.0 if game == "rps" else -1 / 3  # per round: a seeker's chance is one in three spots
    assert found.net == pytest.approx(won + by_chance * (60 - len(certain)))
    assert found.rounds == 60


def test_programs_without_a_policy_are_asked_for_their_moves() -> None:
    pytest.importorskip("pyspiel")
    # rotatebot plays rock, paper, scissors, and so on
    assert read("roshambo:rotatebot", [2, 2, 2], [0, 0, 0]) == Read(expected=3, foreseen=1, net=0.0, rounds=3)


@pytest.mark.parametrize("spec", ["greedy", "lookahead:2", "human", "llm:table", "mirror:table"])
def test_who_does_not_read_moves_is_refused(spec: str) -> None:
    with pytest.raises(UsageError, match=r"such as markov:2"):
        make_reader(spec, parse_game("rps"))
