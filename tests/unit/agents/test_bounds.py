"""Bounds on a policy hold for every distribution whose likeliest tokens are shown, and are no wider than they must."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from arena.agents.bounds import PolicyBounds, RoundBounds
from arena.agents.moves import MoveTokens
from arena.backends.base import Hidden
from arena.games import parse_game
from arena.records import Policy, Seat

ROUNDING = 1e-9
GAMES = ("rps", "hide-and-seek", "matching-pennies")


@st.composite
def truncated(draw: st.DrawFn, moves: int) -> tuple[MoveTokens, NDArray[np.float64], dict[int, float], Hidden]:
    """Which tokens count for which move, a distribution's log-probabilities, and what of them is shown."""
    logits = np.array(draw(st.lists(st.floats(-12.0, 3.0), min_size=moves + 2, max_size=40)))
    whole = logits - math.log(np.exp(logits).sum())
    whose = draw(st.lists(st.integers(-1, moves - 1), min_size=len(whole), max_size=len(whole)))
    counted = tuple(tuple(token for token, move in enumerate(whose) if move == which) for which in range(moves))
    order = np.argsort(-whole, kind="stable")
    top = order[: draw(st.integers(1, len(whole)))].tolist()
    hidden = Hidden(max(0.0, 1.0 - float(np.exp(whole[top]).sum())), float(np.exp(whole[top]).min()))
    told = {token: float(whole[token]) if token in top else -math.inf for token in range(len(whole))}
    return MoveTokens(counted, ()), whole, told, hidden


def within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] - ROUNDING <= value <= bounds[1] + ROUNDING


@given(data=st.data(), name=st.sampled_from(GAMES), seat=st.sampled_from(Seat))
def test_the_exact_policy_is_never_outside(data: st.DataObject, name: str, seat: Seat) -> None:
    game = parse_game(name)
    tokens, whole, told, hidden = data.draw(truncated(len(game.moves_of(seat))))
    exact = tokens.policy(dict(enumerate(whole.tolist())))
    bounds = PolicyBounds.of(tokens, told, hidden)
    assert within(exact.mass, bounds.mass)
    if exact.mass == 0.0:  # then the policy is a convention
        return
    assert all(map(within, exact.probabilities, bounds.moves))
    assert within(exact.determinism, bounds.determinism)
    played = RoundBounds(game, seat, bounds)
    reply = game.best_reply(exact) if seat is Seat.SUBJECT else game.best_move(exact)
    assert reply in played.replies
    mine = game.payoff[:, reply] if seat is Seat.SUBJECT else -game.payoff[reply, :]
    assert within(100.0 * float(mine @ np.array(exact.probabilities)), played.net)


@given(data=st.data(), name=st.sampled_from(GAMES))
def test_each_bound_of_a_move_is_reached_by_some_distribution(data: st.DataObject, name: str) -> None:
    moves = len(parse_game(name).moves)
    shown = np.array(data.draw(st.lists(st.floats(1e-3, 1.0), min_size=moves, max_size=moves)))
    most = np.array(data.draw(st.lists(st.floats(0.0, 0.5), min_size=moves, max_size=moves)))
    bounds = PolicyBounds(tuple(shown), tuple(most), data.draw(st.floats(0.0, 1.0)))
    capped = np.minimum(most, bounds.hidden)
    for move, (low, high) in enumerate(PolicyBounds(bounds.shown, tuple(capped), bounds.hidden).moves):
        alone = shown.copy()
        alone[move] += capped[move]
        assert high == pytest.approx(alone[move] / alone.sum())
        others = shown.copy()
        left = bounds.hidden
        for other in set(range(moves)) - {move}:
            others[other] += min(left, capped[other])
            left -= min(left, capped[other])
        assert low == pytest.approx(others[move] / others.sum())


@given(
    shown=st.lists(st.floats(1e-3, 1.0), min_size=3, max_size=3),
    most=st.lists(st.floats(0.0, 0.5), min_size=3, max_size=3),
    hidden=st.floats(0.0, 1.0),
    values=st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=3, max_size=3),
    seed=st.integers(0, 2**32 - 1),
)
def test_no_way_of_spreading_what_is_hidden_exceeds_the_extreme(
    shown: list[float], most: list[float], hidden: float, values: list[float], seed: int
) -> None:
    """Against many ways at random, and those at the corners."""
    bounds = PolicyBounds(tuple(shown), tuple(most), hidden)
    chance = np.random.default_rng(seed)
    ways = np.vstack([chance.random((200, 3)), np.array(np.meshgrid(*[[0.0, 1.0]] * 3)).reshape(3, -1).T]) * most
    sums = ways.sum(axis=1)
    ways *= np.minimum(1.0, hidden / np.maximum(sums, 1e-300))[:, None]
    policies = np.array(shown) + ways
    means = policies @ np.array(values) / policies.sum(axis=1)
    assert means.max() <= bounds.extreme(values) + ROUNDING


def test_a_whole_distribution_is_known_exactly() -> None:
    tokens = MoveTokens(((0, 1), (2,), (3,)), ())
    logprobs = dict(enumerate(np.log([0.3, 0.1, 0.35, 0.25]).tolist()))
    bounds = PolicyBounds.of(tokens, logprobs, Hidden(0.0, 0.25))
    exact = tokens.policy(logprobs)
    assert bounds.determinism == pytest.approx((0.4, 0.4)) and bounds.mass == pytest.approx((1.0, 1.0))
    played = RoundBounds(parse_game("rps"), Seat.SUBJECT, bounds)
    assert played.replies == (parse_game("rps").best_reply(exact),)
    assert played.net[0] == pytest.approx(played.net[1])


def test_where_nothing_is_shown_anything_is_possible() -> None:
    tokens = MoveTokens(((0,), (1,), (2,)), ())
    bounds = PolicyBounds.of(tokens, dict.fromkeys(range(3), -math.inf), Hidden(0.4, 0.4))
    assert bounds.moves == ((0.0, 1.0),) * 3 and bounds.determinism == (pytest.approx(1 / 3), 1.0)
    assert RoundBounds(parse_game("rps"), Seat.SUBJECT, bounds).replies == (0, 1, 2)
    assert bounds.mass == (0.0, pytest.approx(0.4))
    assert Policy((1 / 3,) * 3).determinism == pytest.approx(bounds.determinism[0])
