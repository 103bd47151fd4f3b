"""The shipped games and what follows from any payoff matrix."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from arena.errors import UsageError
from arena.games import Game, equilibrium, parse_game
from arena.records import Outcome, Policy

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))


def named(count: int, letter: str) -> tuple[str, ...]:
    return tuple(f"{letter}{index}" for index in range(count))


@st.composite
def games(draw: st.DrawFn) -> Game:
    payoff = draw(arrays(np.int8, draw(SHAPES), elements=st.integers(-1, 1)))
    return Game("any", "any game", named(payoff.shape[0], "m"), named(payoff.shape[1], "r"), payoff)


def policies(count: int) -> st.SearchStrategy[Policy]:
    """Distributions whose sums are exact, so that ties are ties."""
    weights = st.lists(st.integers(0, 8), min_size=count, max_size=count).filter(any)
    return weights.map(lambda given: Policy(tuple(weight / 64 for weight in given)))


@given(st.data())
def test_the_best_reply_wins_most_often_and_is_the_first_of_those(data: st.DataObject) -> None:
    game = data.draw(games())
    policy = data.draw(policies(len(game.moves)))
    wins = [
        sum(p for move, p in enumerate(policy.probabilities) if game.outcome(move, reply) is Outcome.LOSS)
        for reply in range(len(game.replies))
    ]
    assert game.best_reply(policy) == wins.index(max(wins))


@given(st.data())
def test_the_best_move_is_the_best_reply_with_the_seats_exchanged(data: st.DataObject) -> None:
    game = data.draw(games())
    exchanged = Game("exchanged", "exchanged", game.replies, game.moves, -game.payoff.T)
    policy = data.draw(policies(len(game.replies)))
    assert game.best_move(policy) == exchanged.best_reply(policy)


def test_the_best_reply_counts_wins_and_not_the_mean_payoff() -> None:
    # the first reply wins half the time and loses else; the second wins less often and never loses
    game = Game("two", "two", ("a", "b"), ("x", "y"), np.array([[-1, 0], [1, -1]], dtype=np.int8))
    assert game.best_reply(Policy((0.6, 0.4))) == 0


@pytest.mark.parametrize(("likely", "reply"), [("rock", "paper"), ("paper", "scissors"), ("scissors", "rock")])
def test_rps_best_replies(likely: str, reply: str) -> None:
    game = parse_game("rps")
    policy = Policy(tuple(0.5 if move == likely else 0.25 for move in game.moves))
    assert game.replies[game.best_reply(policy)] == reply


def test_rps_has_the_same_outcome_from_both_sides() -> None:
    game = parse_game("rps")
    for move, reply in product(range(3), repeat=2):
        assert game.outcome(move, reply) == -game.outcome(reply, move)
    beats = {("rock", "scissors"), ("scissors", "paper"), ("paper", "rock")}
    won = {
        (game.moves[move], game.replies[reply])
        for move, reply in product(range(3), repeat=2)
        if game.outcome(move, reply) is Outcome.WIN
    }
    assert won == beats


@pytest.mark.parametrize("spots", range(2, 8))
def test_hide_and_seek_is_lost_where_the_seeker_looks(spots: int) -> None:
    game = parse_game(f"hide-and-seek:{spots}")
    assert len(game.moves) == spots and game.moves == game.replies
    for move, reply in product(range(spots), repeat=2):
        assert game.outcome(move, reply) is (Outcome.LOSS if move == reply else Outcome.WIN)


def test_the_spots_begin_with_different_letters() -> None:
    spots = parse_game("hide-and-seek").moves
    assert len(spots) == 7 and len({spot[0] for spot in spots}) == 7


def test_matching_pennies_is_won_with_different_coins() -> None:
    game = parse_game("matching-pennies")
    assert [[game.outcome(move, reply) for reply in range(2)] for move in range(2)] == [[-1, 1], [1, -1]]


@pytest.mark.parametrize(
    ("move", "reply", "outcome"),
    [(None, 0, Outcome.LOSS), (0, None, Outcome.WIN), (None, None, Outcome.TIE)],
)
def test_a_seat_without_a_move_loses(move: int | None, reply: int | None, outcome: Outcome) -> None:
    assert parse_game("rps").outcome(move, reply) is outcome


@pytest.mark.parametrize(
    ("name", "net"),
    [
        ("rps", 0.0),
        ("hide-and-seek", 500 / 7),
        ("matching-pennies", 0.0),
        *((f"hide-and-seek:{spots}", 100 * (spots - 2) / spots) for spots in range(2, 8)),
    ],
)
def test_equilibrium(name: str, net: float) -> None:
    game = parse_game(name)
    value, policy = equilibrium(game)
    assert value == pytest.approx(net, abs=1e-9)
    assert policy == pytest.approx([1 / len(game.moves)] * len(game.moves))


@settings(max_examples=50)
@given(games())
def test_the_equilibrium_policy_secures_its_value(game: Game) -> None:
    value, policy = equilibrium(game)
    assert policy.sum() == pytest.approx(1.0)
    assert (100 * policy @ game.payoff).min() == pytest.approx(value, abs=1e-6)
    # and nobody can secure more: the other seat's equilibrium holds it there
    other = Game("other", "other", game.replies, game.moves, -game.payoff.T)
    assert equilibrium(other).net == pytest.approx(-value, abs=1e-6)


def test_the_payoff_is_a_copy_that_cannot_be_changed() -> None:
    mine = np.array([[0, 1], [1, 0]], dtype=np.int8)
    game = Game("g", "g", ("a", "b"), ("x", "y"), mine)
    mine[0, 0] = -1
    assert game.payoff[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        game.payoff[0, 0] = 1


@pytest.mark.parametrize(
    ("moves", "payoff", "complaint"),
    [
        (("a",), [[0, 1], [1, 0]], "shape"),
        (("a", "b"), [[0, 2], [1, 0]], "payoff is"),
        (("a", "A"), [[0, 1], [1, 0]], "same name"),
    ],
)
def test_a_game_that_makes_no_sense_is_refused(moves: tuple[str, ...], payoff: list[list[int]], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Game("g", "g", moves, ("x", "y"), np.array(payoff, dtype=np.int8))


@pytest.mark.parametrize("spec", ["hide-and-seek:1", "hide-and-seek:8", "hide-and-seek:99999999999"])
def test_a_number_of_spots_that_is_not_there_is_refused(spec: str) -> None:
    with pytest.raises(UsageError, match="2 to 7 spots"):
        parse_game(spec)
