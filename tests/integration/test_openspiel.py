"""The rules agree with OpenSpiel's matrix games, move by move, and the values with its equilibria."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyspiel
import pytest

from arena.games import Game, equilibrium, exploitability, parse_game
from arena.records import Seat

SPOTS = ("bathroom", "closet", "garden", "kitchen", "library", "office", "shed")


def hide_and_seek() -> Any:
    """The seeker wins if, and only if, they look where the other hides. The hider is the row player."""
    hider = [[-1.0 if hidden == looked else 1.0 for looked in SPOTS] for hidden in SPOTS]
    seeker = [[1.0 if hidden == looked else -1.0 for looked in SPOTS] for hidden in SPOTS]
    return pyspiel.create_matrix_game("hide_and_seek", "Hide & Seek", list(SPOTS), list(SPOTS), hider, seeker)


# game -> OpenSpiel's, and the seat that the subject has there: 0 is the row player, 1 the column player.
# In OpenSpiel's matching pennies the row player wins if the coins are the same; here the subject does if they differ.
GAMES = {
    "rps": (pyspiel.load_matrix_game("matrix_rps"), 0),
    "matching-pennies": (pyspiel.load_matrix_game("matrix_mp"), 1),
    "hide-and-seek": (hide_and_seek(), 0),
}


@pytest.mark.parametrize("name", GAMES)
def test_outcomes_agree_move_by_move(name: str) -> None:
    game, (theirs, seat) = parse_game(name), GAMES[name]
    assert [move.lower() for move in _actions(theirs, seat)] == list(game.moves)
    assert [reply.lower() for reply in _actions(theirs, 1 - seat)] == list(game.replies)
    for move in range(len(game.moves)):
        for reply in range(len(game.replies)):
            cell = (move, reply) if seat == 0 else (reply, move)
            utilities = (theirs.row_utility(*cell), theirs.col_utility(*cell))
            assert game.outcome(move, reply) == utilities[seat]
            assert game.outcome(move, reply) == -utilities[1 - seat]


@pytest.mark.parametrize("name", GAMES)
def test_values_and_optimal_policies_agree(name: str) -> None:
    """Nobody gains by leaving our equilibrium, by OpenSpiel's best responses, and its worth there is our value."""
    game, (theirs, seat) = parse_game(name), GAMES[name]
    ours = equilibrium(game)
    mirrored = equilibrium(Game(game.name, game.title, game.replies, game.moves, -game.payoff.T))
    policies = {seat: ours.policy, 1 - seat: mirrored.policy}
    in_turns = pyspiel.convert_to_turn_based(theirs)
    table = {_information(in_turns, player): list(enumerate(policies[player].tolist())) for player in (0, 1)}
    policy = pyspiel.TabularPolicy(table)
    assert pyspiel.nash_conv(in_turns, policy) == pytest.approx(0.0, abs=1e-9)
    worth = pyspiel.expected_returns(in_turns.new_initial_state(), policy, -1, True)
    assert 100.0 * worth[seat] == pytest.approx(ours.net, abs=1e-9)
    assert ours.net == pytest.approx(-mirrored.net, abs=1e-9)


@pytest.mark.parametrize("name", GAMES)
def test_exploitability_agrees(name: str) -> None:
    """Beside an opponent in equilibrium only the subject can be exploited, so that NashConv is its part alone."""
    game, (theirs, seat) = parse_game(name), GAMES[name]
    mirrored = equilibrium(Game(game.name, game.title, game.replies, game.moves, -game.payoff.T))
    in_turns = pyspiel.convert_to_turn_based(theirs)
    policies = np.random.default_rng(0).dirichlet(np.full(len(game.moves), 0.5), 100)
    for policy, ours in zip(policies, exploitability(game, policies), strict=True):
        both = {seat: policy, 1 - seat: mirrored.policy}
        table = {_information(in_turns, player): list(enumerate(both[player].tolist())) for player in (0, 1)}
        nash_conv = pyspiel.nash_conv(in_turns, pyspiel.TabularPolicy(table))
        assert ours / 100 == pytest.approx(nash_conv, abs=1e-9)
        assert ours >= -1e-9


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("seat", list(Seat))
def test_greedy_replies_are_best_responses(name: str, seat: Seat) -> None:
    """The greedy reader's reply earns, in OpenSpiel's games, the most that any reply does."""
    from arena.records import Policy

    game, (theirs, subject) = parse_game(name), GAMES[name]
    row = np.array([[theirs.row_utility(i, j) for j in range(theirs.num_cols())] for i in range(theirs.num_rows())])
    payoff = row if subject == 0 else -row.T  # to the subject, (moves, replies)
    draws = np.random.default_rng(0)
    for _ in range(200):
        if seat is Seat.OPPONENT:
            shown = draws.dirichlet(np.ones(len(game.moves)))
            reply = game.best_reply(Policy(tuple(shown.tolist())))
            wins = shown @ (payoff == -1)
        else:
            shown = draws.dirichlet(np.ones(len(game.replies)))
            reply = game.best_move(Policy(tuple(shown.tolist())))
            wins = (payoff == 1) @ shown
        assert wins[reply] == wins.max()


def _actions(theirs: Any, seat: int) -> list[str]:
    count, name = (
        (theirs.num_rows(), theirs.row_action_name) if seat == 0 else (theirs.num_cols(), theirs.col_action_name)
    )
    return [name(action) for action in range(count)]


def _information(in_turns: Any, player: int) -> str:
    """What a player knows when they choose. The row player chooses first, and the column player doesn't see it."""
    state = in_turns.new_initial_state()
    if player == 1:
        state.apply_action(0)
    return str(state.information_state_string(player))
