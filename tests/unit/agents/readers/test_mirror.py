"""The mirror on a model whose weights are known, and in a match that is stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from arena.agents.agent import Past, Position, View
from arena.agents.asking import Asking
from arena.agents.readers.mirror import Mirror
from arena.backends.base import LanguageModel
from arena.experiments.experiment import Observer, carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.games import parse_game
from arena.prompts.wording import STYLES, ShownRound, Style, find_mirror_wording
from arena.records import Outcome, Seat
from arena.store import Store
from tests.support.table_agent import RPS, WORDING
from tests.support.table_model import TableModel, TableModels, always


def mirror(model: LanguageModel, seat: Seat = Seat.OPPONENT) -> Mirror:
    return asyncio.run(Mirror.make("mirror:table", model, RPS, seat, Asking(WORDING, "none")))


def test_it_replies_to_the_models_next_token_distribution() -> None:
    reader = mirror(TableModel(always(_rock=1, _paper=1, scissors=3, _Bob=5)))
    decision = asyncio.run(reader.decide(View(0, 1)))
    assert decision.move == 0  # scissors are likeliest
    assert decision.policy is not None
    assert (decision.policy.probabilities, decision.policy.mass) == ((1.0, 0.0, 0.0), pytest.approx(0.5))
    assert decision.answers == ()  # nothing was drawn
    assert decision.prompt is not None and decision.prompt.top


@pytest.mark.parametrize("seat", Seat)
def test_the_player_who_is_predicted_comes_first_in_its_prompt(seat: Seat) -> None:
    model = TableModel(always(_rock=1))
    reader = mirror(model, seat)
    history = (Past(0, 1, Outcome.LOSS), Past(None, 2, Outcome.LOSS), Past(2, 2, Outcome.TIE))
    policy = asyncio.run(reader.policy(Position(3, 4, history)))
    assert model.asked == ["<bos>1. paper/rock/win\n2. scissors/scissors/tie\n3: Ann chose"]
    assert policy.probabilities == (0.0, 1.0, 0.0)
    assert model.requests[0].draw is None


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("game", ["rps", "matching-pennies", "hide-and-seek:4"])
@pytest.mark.parametrize("style", STYLES)
def test_its_wording_is_its_own_and_names_all_moves(game: str, style: Style, seat: Seat) -> None:
    rules = parse_game(game)
    moves, others = rules.moves_of(seat), rules.moves_of(seat.other)
    shown = (ShownRound(1, moves[1], others[0], "loss"), ShownRound(2, moves[0], others[1], "win"))
    prompt, infix = find_mirror_wording(rules.name, style, seat).render(moves, others, shown, 3)
    assert "redict" in prompt
    assert all(move in prompt for move in moves)
    first, second = prompt.rstrip().splitlines()[-2:]
    assert 0 < first.find(moves[1]) < first.rfind(others[0])  # the player who is predicted comes first
    assert 0 < second.find(moves[0]) < second.rfind(others[1])
    assert infix


def test_its_prompts_are_stored_and_its_wording_is_part_of_the_run(tmp_path: Path) -> None:
    models = TableModels(TableModel(always(_rock=3, _paper=1, _scissors=1)))
    spec = TournamentSpec(subjects=("fixed:scissors",), opponents=("mirror:table",), matches=2, rounds=3)

    async def whole(store: Store) -> None:
        await carry_out(await plan_tournament(spec, models), store, models, Observer())

    with Store.open(tmp_path / "a.db", create=True) as store:
        asyncio.run(whole(store))
        (cell,) = store.cells(store.run(None))
        assert cell.spec.opponent_asked is not None
        assert cell.spec.opponent_asked.wording.startswith("log of another@")
        rounds = store.match(cell, 1)
        assert [one.opponent.move for one in rounds] == [1, 1, 1]  # paper, as rock is likeliest
        prompts = [one.opponent.prompt for one in rounds]
        assert all(prompt is not None and "Bob chose" in prompt.text for prompt in prompts)
        assert "Round 2: Bob chose scissors against paper. He won." in prompts[2].text  # type: ignore[union-attr]
