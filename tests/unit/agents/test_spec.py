"""From what a person types to an agent."""

from __future__ import annotations

import asyncio

import pytest

from arena.agents.agent import Sees, View
from arena.agents.bots import MixedStrategy
from arena.agents.spec import make_bot, parse_agent
from arena.errors import UsageError
from arena.games import parse_game
from arena.records import Decision, Seat

RPS = parse_game("rps")


def decided(spec: str, draw: float = 0.0, game: str = "rps", seat: Seat = Seat.SUBJECT) -> Decision:
    bot = make_bot(parse_agent(spec), parse_game(game), seat)
    assert bot.sees is Sees.MOVES
    return asyncio.run(bot.decide(View(match=0, number=1, draw=draw)))


@pytest.mark.parametrize(
    ("text", "kind", "argument"),
    [
        ("greedy", "greedy", ""),
        (" uniform ", "uniform", ""),
        ("fixed:rock", "fixed", "rock"),
        ("llm:llama.cpp:/a/b:c.gguf", "llm", "llama.cpp:/a/b:c.gguf"),
    ],
)
def test_a_spec_is_taken_apart(text: str, kind: str, argument: str) -> None:
    spec = parse_agent(text)
    assert (spec.kind, spec.argument, spec.text) == (kind, argument, text.strip())
    assert spec.is_model == (kind == "llm")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("gredy", "did you mean 'greedy'?"),
        ("unifrom", "did you mean 'uniform'?"),
        (
            "oracle",
            "there are fixed:MOVE, frequency, greedy, human[:mind-reader], ideal[:net][,cut=P], iocaine, llm:MODEL",
        ),
        ("", "there is no agent ''"),
        ("Greedy", "did you mean 'greedy'?"),
        ("llm", "it is written llm:MODEL"),
        ("llm:", "it is written llm:MODEL"),
        ("fixed", "it is written fixed:MOVE"),
        ("greedy:3", "greedy takes nothing after it"),
        ("uniform:rock", "uniform takes nothing after it"),
    ],
)
def test_a_spec_that_is_none_is_refused_with_advice(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_agent(text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fixed:lizard", "rock-paper-scissors has no move 'lizard'; its moves are rock, paper, scissors"),
        ("mix:rock", "'rock' should be MOVE=PROBABILITY"),
        ("mix:rock=0.5,lizard=0.5", "no move 'lizard'"),
        ("mix:rock=0.5,ROCK=0.5", "names rock twice"),
        ("mix:rock=half,paper=half", "'half' isn't a number"),
        ("mix:rock=,paper=1", "'' isn't a number"),
        ("mix:rock=-0.5,paper=1.5", "is -0.5, but it must lie between 0 and 1"),
        ("mix:rock=1.5", "must lie between 0 and 1"),
        ("mix:rock=nan,paper=1", "must lie between 0 and 1"),
        ("mix:rock=inf", "must lie between 0 and 1"),
        ("mix:rock=0.5,paper=0.4", "sum to 0.9, but they must sum to 1"),
        ("mix:rock=0.5,paper=0.5,", "should be MOVE=PROBABILITY"),
    ],
)
def test_an_argument_that_does_not_fit_the_game_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        make_bot(parse_agent(text), RPS, Seat.SUBJECT)
    assert sentence in str(refused.value)


def test_the_policies_of_the_bots() -> None:
    def policy(spec: str, game: str = "rps") -> tuple[float, ...]:
        shown = decided(spec, game=game).policy
        assert shown is not None and shown.mass == shown.loose_mass == 1.0
        return shown.probabilities

    assert policy("uniform") == (1 / 3, 1 / 3, 1 / 3)
    assert policy("uniform", "hide-and-seek") == (1 / 7,) * 7
    assert policy("fixed:Paper") == (0.0, 1.0, 0.0)
    assert policy("mix: scissors=0.25 ,rock=0.75") == (0.75, 0.0, 0.25)


def test_ten_tenths_are_one() -> None:
    assert decided("mix:rock=0.1,paper=0.2,scissors=0.7").policy is not None


@pytest.mark.parametrize(
    ("draw", "move"), [(0.0, 0), (0.49, 0), (0.5, 1), (0.74, 1), (0.75, 2), (0.9999999999999999, 2)]
)
def test_a_move_is_drawn_by_inverse_cdf_in_the_games_order(draw: float, move: int) -> None:
    assert decided("mix:scissors=0.25,rock=0.5,paper=0.25", draw).move == move


@pytest.mark.parametrize("draw", [0.0, 0.3, 0.9999999999999999])
@pytest.mark.parametrize("move", RPS.moves)
def test_a_fixed_move_is_played_whatever_is_drawn(move: str, draw: float) -> None:
    """Moves without probability are never drawn, wherever they stand."""
    assert decided(f"fixed:{move}", draw).move == RPS.moves.index(move)


def test_bots_do_not_read() -> None:
    bot = make_bot(parse_agent("uniform"), RPS, Seat.OPPONENT)
    assert isinstance(bot, MixedStrategy) and bot.sees is Sees.MOVES
    assert make_bot(parse_agent("greedy"), RPS, Seat.OPPONENT).sees is Sees.POLICY
