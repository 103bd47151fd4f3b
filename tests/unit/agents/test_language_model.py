"""A language model in a seat, on a model that can be checked."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from arena.agents.agent import Past, Position, View, seen_by
from arena.agents.bots import draw_move
from arena.agents.language_model import LanguageModelAgent
from arena.backends.base import Sampling
from arena.blocks import block_of
from arena.prompts.wording import Wording
from arena.randomness import stream, uniforms
from arena.records import Decision, Seat
from tests.support.table_agent import PROMPT, RPS, WORDING, agent
from tests.support.table_model import VOCABULARY, TableModel, always, tokenize


def played(seat: Seat, *moves: tuple[int | None, int | None]) -> tuple[Past, ...]:
    return tuple(seen_by(seat, move, reply, RPS.outcome(move, reply)) for move, reply in moves)


def decide(
    player: LanguageModelAgent,
    *moves: tuple[int | None, int | None],
    seed: str = "s",
    seat: Seat = Seat.SUBJECT,
) -> Decision:
    view = View(match=0, number=len(moves) + 1, history=played(seat, *moves), seed=seed)
    return asyncio.run(player.decide(view))


def test_the_policy_is_the_next_token_distribution_over_the_moves() -> None:
    # " sc" begins no canonical tokenisation of " scissors", so it counts for nothing
    model = TableModel(always(_rock=4, _paper=2, scissors=1, _sc=1, Rock=1, _Bob=1))
    policy = decide(agent(model)).policy
    assert policy is not None
    assert policy.mass == pytest.approx(0.8)
    assert policy.loose_mass == pytest.approx(0.9)
    assert policy.probabilities == pytest.approx((5 / 8, 2 / 8, 1 / 8))


def test_the_prompt_is_the_wording_with_bos_and_the_games_own_words() -> None:
    model = TableModel(always(_rock=1))
    decision = decide(agent(model), (0, 1), (2, 1))
    text = "1. rock/paper/loss\n2. scissors/paper/win\n3: Ann chose"
    assert decision.prompt is not None
    assert decision.prompt.text == text
    assert decision.prompt.tokens == (VOCABULARY.bos, *tokenize(text))
    assert model.asked == ["<bos>" + text]
    assert [(top.token, top.logprob) for top in decision.prompt.top] == [(VOCABULARY.pieces.index(b" rock"), 0.0)]


def test_the_opponent_sees_its_own_moves_first() -> None:
    model = TableModel(always(_rock=1))
    decide(agent(model, Seat.OPPONENT), (0, 1), (2, 1), (1, 1), seat=Seat.OPPONENT)
    assert model.asked[0].removeprefix("<bos>").splitlines()[:3] == [
        "1. paper/rock/win",
        "2. paper/scissors/loss",
        "3. paper/paper/tie",
    ]


def test_forfeits_are_not_shown_and_not_counted() -> None:
    model = TableModel(always(_rock=1))
    decide(agent(model), (0, 1), (None, 1), (2, 2))
    assert model.asked[0] == "<bos>1. rock/paper/loss\n2. scissors/scissors/tie\n3: Ann chose"


@pytest.mark.parametrize(("shown", "text"), [(0, ""), (1, "2. paper/rock/win\n"), (None, None), (9, None)])
def test_only_the_last_rounds_are_shown_if_asked(shown: int | None, text: str | None) -> None:
    model = TableModel(always(_rock=1))
    wording = Wording("test", "base", PROMPT, WORDING.infix, (), shown)
    decide(agent(model, wording=wording), (0, 1), (1, 0))
    whole = "1. rock/paper/loss\n2. paper/rock/win\n"
    assert model.asked[0] == f"<bos>{whole if text is None else text}3: Ann chose"


def test_the_draws_carry_the_name_of_the_round() -> None:
    model = TableModel()
    player = agent(model)
    decisions = [decide(player, seed=f"seed {index}") for index in range(200)]
    assert [request.draw.name for request in model.requests if request.draw] == [f"seed {i}" for i in range(200)]
    again = [decide(agent(TableModel()), seed=f"seed {index}") for index in range(200)]
    assert [decision.move for decision in again] == [decision.move for decision in decisions]
    assert {decision.move for decision in decisions} == {0, 1, 2}


@pytest.mark.parametrize("sampling", [Sampling(), Sampling(temperature=0.5, top_p=0.9)])
def test_its_policy_at_a_position_is_the_one_that_it_then_has_and_nothing_is_drawn(sampling: Sampling) -> None:
    for moves in product(product((0, 1, 2, None), repeat=2), repeat=2):
        model = TableModel()
        player = agent(model, sampling=sampling)
        history = played(Seat.SUBJECT, *moves)
        policy = asyncio.run(player.policy(Position(7, len(history) + 1, history)))
        asked = model.requests[-1]
        assert (asked.draw, asked.depth, asked.block) == (None, 3, block_of(7))
        decision = decide(player, *moves)
        assert decision.policy == policy
        assert decision.prompt is not None and decision.prompt.tokens == asked.tokens


def test_a_policy_is_asked_for_once_in_all_matches() -> None:
    model = TableModel()
    player = agent(model)
    history = played(Seat.SUBJECT, (0, 1), (2, 2))
    policies = [asyncio.run(player.policy(Position(match, 3, history))) for match in range(3)]
    assert policies == policies[:1] * 3
    assert len(model.requests) == 1


def test_the_deepest_round_goes_first() -> None:
    model = TableModel()
    decide(agent(model), (0, 0), (1, 1))
    assert model.requests[0].depth == 3


def test_invalid_answers_are_drawn_again() -> None:
    decision = next(
        decision for index in range(500) if (decision := decide(agent(TableModel()), seed=f"{index}")).invalid >= 2
    )
    assert decision.move is not None
    assert [answer.ended == "move" for answer in decision.answers] == [False] * decision.invalid + [True]
    assert decision.answers[-1].text.strip() == RPS.moves[decision.move]


def test_after_the_last_attempt_the_round_is_forfeited() -> None:
    model = TableModel(always(_Bob=9, _rock=1e-9))
    decision = decide(agent(model, attempts=5))
    assert decision.move is None
    assert decision.invalid == len(decision.answers) == 5
    assert decision.policy is not None and decision.policy.probabilities == pytest.approx((1, 0, 0))


def test_or_the_move_is_drawn_from_the_policy() -> None:
    model = TableModel(always(_Bob=9, _rock=0.001, _paper=0.001))
    player = agent(model, attempts=1, fallback=True)
    decisions = {f"seed {index}": decide(player, seed=f"seed {index}") for index in range(50)}
    for seed, decision in decisions.items():
        assert decision.policy is not None
        if decision.invalid:
            draw = float(uniforms(stream(seed, "policy"), 1)[0])
            assert decision.move == draw_move(decision.policy, draw)
    assert {decision.move for decision in decisions.values()} == {0, 1}


def test_without_any_mass_the_uniform_policy_stands_in() -> None:
    policy = decide(agent(TableModel(always(_Bob=1)), attempts=1)).policy
    assert policy is not None
    assert policy.mass == 0.0 and policy.probabilities == (1 / 3,) * 3


def test_a_move_of_several_tokens_is_read_whole() -> None:
    letters = iter("issors")

    def spelled(text: str) -> dict[str, float]:
        return {" sc": 1.0} if text.endswith("chose") else {next(letters): 1.0}

    decision = decide(agent(TableModel(spelled), attempts=1))
    assert decision.move == 2
    assert [answer.text for answer in decision.answers] == [" scissors"]


def test_the_sampling_is_the_one_that_is_played() -> None:
    model = TableModel(always(_rock=4, _paper=2, _scissors=1))
    policy = decide(agent(model, sampling=Sampling(temperature=0.5, top_p=0.9))).policy
    assert policy is not None
    assert policy.probabilities == pytest.approx((16 / 20, 4 / 20, 0))


def test_nothing_that_a_match_can_ask_is_longer_than_the_longest() -> None:
    model = TableModel(always(_rock=1))
    player = agent(model)
    longest = asyncio.run(player.longest(3))
    for history in product(product(range(3), repeat=2), repeat=2):
        decision = decide(player, *history)
        assert decision.prompt is not None
        assert len(decision.prompt.tokens) + 8 <= longest
    # and it is no wild guess
    assert max(len(request.tokens) for request in model.requests) + 8 == longest
