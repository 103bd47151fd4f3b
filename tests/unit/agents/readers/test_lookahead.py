"""Readers that plan, against enumeration and against OpenSpiel's best response to the whole repeated game."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any, Final

import numpy as np
import pytest

from arena.agents.agent import Past, PoliciesView, Position, Sees, View
from arena.agents.bots import draw_move
from arena.agents.readers.lookahead import Lookahead
from arena.errors import UsageError
from arena.experiments.tournament.match import Pairing, play_match
from arena.games import Game, parse_game
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Seat
from tests.support.table_agent import agent as model_agent
from tests.support.table_model import TableModel, by_length
from tests.unit.agents.readers.matches import bot

RPS: Final = parse_game("rps")

Rounds = tuple[tuple[int, int], ...]  # the subject's move and the opponent's


@cache
def table(seed: int, rounds: Rounds, moves: int) -> tuple[float, ...]:
    """A player's policy after these rounds: any, but always the same."""
    draws = np.array(uniforms(stream("table", seed, rounds), moves))
    weights = -(np.log1p(-draws) ** 2)  # some moves are much likelier than others
    return tuple((weights / weights.sum()).tolist())


class Table:
    """A subject that plays by the table."""

    sees: Final = Sees.MOVES
    name = "table"

    def __init__(self, seed: int, game: Game) -> None:
        self._seed, self._moves = seed, len(game.moves)

    async def policy(self, position: Position) -> Policy:
        rounds = tuple((past.mine, past.theirs) for past in position.history)
        assert all(mine is not None and theirs is not None for mine, theirs in rounds)
        return Policy(table(self._seed, rounds, self._moves))  # type: ignore[arg-type]

    async def decide(self, view: View) -> Decision:
        policy = await self.policy(view)
        return Decision(policy, draw_move(policy, view.draw))


def worths(reader: str, seed: int, rounds: int, game: Game = RPS, played: Rounds = ()) -> tuple[list[float], float]:
    """What each of the reader's moves is worth in the opponent's seat, and by how much it may be more."""
    agent, subject = bot(reader, game.name), Table(seed, game)
    assert isinstance(agent, Lookahead)
    history = tuple(Past(reply, move, game.outcome(move, reply).turned) for move, reply in played)

    async def ask(past: Sequence[Past]) -> Policy:
        return await subject.policy(Position(0, len(past) + 1, tuple(one.turned for one in past)))

    async def found() -> tuple[list[float], float]:
        view = PoliciesView(
            0, len(played) + 1, history, rounds=rounds, policy=await ask(history), policies=(), _ask=ask
        )
        values, bound = await agent.worths(view)
        return values.tolist(), bound

    return asyncio.run(found())


def enumerated(seed: int, depth: int, game: Game, net: bool, played: Rounds = ()) -> list[float]:
    """The same by the definition, history by history."""
    if depth == 0:
        return [0.0]
    policy = table(seed, played, len(game.moves))
    found = []
    for reply in range(len(game.replies)):
        worth = 0.0
        for move, probability in enumerate(policy):
            result = -int(game.payoff[move, reply])
            worth += probability * (result if net else result == 1)
            worth += probability * max(enumerated(seed, depth - 1, game, net, (*played, (move, reply))))
        found.append(worth)
    return found


@pytest.mark.parametrize("game", ["rps", "matching-pennies", "hide-and-seek:3"])
@pytest.mark.parametrize("net", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_ideal_is_worth_what_enumeration_says(game: str, net: bool, seed: int) -> None:
    rules = parse_game(game)
    found, bound = worths("ideal:net" if net else "ideal", seed, 3, rules)
    assert found == pytest.approx(enumerated(seed, 3, rules, net), abs=1e-9)
    assert bound == 0.0
    later, _ = worths("lookahead:2,net" if net else "lookahead:2", seed, 9, rules, ((0, 1), (1, 1)))
    assert later == pytest.approx(enumerated(seed, 2, rules, net, ((0, 1), (1, 1))), abs=1e-9)


def test_no_strategy_at_all_is_worth_more_than_the_ideal_one() -> None:
    """All 3 ** 10 deterministic strategies of two rounds: a first reply, and one after each pair of moves."""
    for seed in range(2):
        first = np.array(table(seed, (), 3))
        wins = (RPS.payoff == -1).T.astype(float)
        best = -1.0
        for reply in range(3):
            after = [wins @ np.array(table(seed, ((move, reply),), 3)) for move in range(3)]
            for replies in product(range(3), repeat=3):  # those after other first replies don't matter
                worth = wins[reply] @ first + sum(first[move] * after[move][replies[move]] for move in range(3))
                best = max(best, worth)
        assert max(worths("ideal", seed, 2)[0]) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_ideal_is_worth_as_much_as_openspiels_best_response_to_the_repeated_game(seed: int) -> None:
    pyspiel = pytest.importorskip("pyspiel")
    from open_spiel.python.algorithms.best_response import BestResponsePolicy
    from open_spiel.python.policy import Policy as TheirPolicy

    repeated = pyspiel.load_game("repeated_game(stage_game=matrix_rps(),num_repetitions=3,recall=3)")
    in_turns = pyspiel.convert_to_turn_based(repeated)

    class Subject(TheirPolicy):  # type: ignore[misc]
        def action_probabilities(self, state: Any, player_id: int | None = None) -> dict[int, float]:
            if state.current_player() == 1:
                return dict.fromkeys(range(3), 1 / 3)
            moves = state.history()
            return dict(enumerate(table(seed, tuple(zip(moves[::2], moves[1::2], strict=True)), 3)))

    theirs = BestResponsePolicy(in_turns, 1, Subject(in_turns, [0, 1])).value(in_turns.new_initial_state())
    assert max(worths("ideal:net", seed, 3)[0]) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_left_out_is_worth_no_more_than_the_bound(seed: int) -> None:
    exact, _ = worths("ideal", seed, 4)
    for cut in (0.01, 0.05, 0.2):
        found, bound = worths(f"ideal:cut={cut}", seed, 4)
        assert bound >= 0.0
        for whole, part in zip(exact, found, strict=True):
            assert -1e-12 <= whole - part <= bound + 1e-12
    assert worths("ideal:cut=0.2", seed, 4)[1] > 0.0


def rounds_against(reader: str, matches: int, rounds: int) -> list[list[int | None]]:
    """What a reader replies to a language model, match by match."""
    pairing = Pairing(RPS, model_agent(TableModel(by_length)), bot(reader), "cell", 0)

    async def replies(match: int) -> list[int | None]:
        return [one.opponent.move async for one in play_match(pairing, match, rounds)]

    async def all_matches() -> list[list[int | None]]:
        return await asyncio.gather(*map(replies, range(matches)))

    return asyncio.run(all_matches())


def test_one_round_ahead_is_the_greedy_reader() -> None:
    assert rounds_against("lookahead:1", 20, 6) == rounds_against("greedy", 20, 6)


def test_at_the_end_of_a_match_nothing_lies_further_ahead() -> None:
    assert [match[-1] for match in rounds_against("lookahead:3", 10, 1)] == [
        match[-1] for match in rounds_against("greedy", 10, 1)
    ]
    assert rounds_against("ideal", 5, 3) == rounds_against("lookahead:3", 5, 3)


def test_a_search_that_is_too_large_is_refused() -> None:
    with pytest.raises(UsageError, match=r"more than 100,000 histories for a move: look 3 rounds ahead"):
        worths("ideal", 0, 10, parse_game("hide-and-seek"))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("lookahead:0", "1 \\(the greedy reader\\) to 10"),
        ("lookahead:x", "1 \\(the greedy reader\\) to 10"),
        ("lookahead:2,nett", "unknown part 'nett'"),
        ("ideal:3", "unknown part '3'"),
        ("ideal:cut=2", "a probability below 1"),
        ("ideal:cut=x", "a probability below 1"),
    ],
)
def test_a_spec_that_is_wrong_is_refused(spec: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        bot(spec)


def test_planning_wants_to_know_the_end() -> None:
    with pytest.raises(UsageError, match="how many rounds the match has"):
        worths("ideal", 0, 0)


def test_both_seats_plan() -> None:
    reader = bot("lookahead:2", "matching-pennies", Seat.SUBJECT)
    assert reader.sees is Sees.POLICIES
