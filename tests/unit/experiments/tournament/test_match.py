"""A match: the sealed move, the seats, the draws."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import fields, is_dataclass

import pytest

from arena.agents.agent import Agent
from arena.agents.language_model import Asking, LanguageModelAgent
from arena.agents.spec import make_bot, parse_agent
from arena.errors import UsageError
from arena.experiments.tournament.match import Table, play_match
from arena.games import parse_game
from arena.prompts.wording import find_wording
from arena.randomness import stream, uniforms
from arena.records import Decision, Outcome, Policy, Round, Seat, View
from tests.unit.agents.table_model import TableModel, always

RPS = parse_game("rps")


class Spy:
    """Plays like another agent, and keeps the views that it was given and what it decided."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.name = f"a spy as {agent.name}"
        self.reads_policy = agent.reads_policy
        self.views: list[View] = []
        self.decisions: list[Decision] = []

    async def decide(self, view: View) -> Decision:
        self.views.append(view)
        self.decisions.append(await self._agent.decide(view))
        return self.decisions[-1]


class Person:
    """Has no policy to show."""

    name = "human"
    reads_policy = False

    async def decide(self, view: View) -> Decision:
        return Decision(None, 0)


def bot(spec: str, seat: Seat) -> Agent:
    return make_bot(parse_agent(spec), RPS, seat)


def table(subject: str | Agent, opponent: str | Agent, seed: int = 0, cell: str = "cell") -> Table:
    return Table(
        RPS,
        bot(subject, Seat.SUBJECT) if isinstance(subject, str) else subject,
        bot(opponent, Seat.OPPONENT) if isinstance(opponent, str) else opponent,
        cell,
        seed,
    )


def play(seats: Table, match: int = 0, rounds: int = 10, history: Sequence[Round] = ()) -> list[Round]:
    async def whole() -> list[Round]:
        return [played async for played in play_match(seats, match, rounds, history)]

    return asyncio.run(whole())


def model_agent(model: TableModel, seat: Seat = Seat.SUBJECT, attempts: int = 20) -> LanguageModelAgent:
    asking = Asking(find_wording("rps", "base", seat), "none", attempts=attempts)
    return asyncio.run(LanguageModelAgent.make("llm:table", model, RPS, seat, asking))


def reachable(value: object) -> list[object]:
    """Everything that an agent could get at from a value."""
    inside: list[object] = []
    if is_dataclass(value):
        inside = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, (tuple, list)):
        inside = list(value)
    return [value, *(found for part in inside for found in reachable(part))]


def test_a_view_has_no_field_for_the_other_seats_move() -> None:
    assert {field.name for field in fields(View)} == {"match", "number", "history", "draw", "seed", "intel"}
    assert {field.name for field in fields(Policy)} == {"probabilities", "mass", "loose_mass"}
    with pytest.raises((AttributeError, TypeError)):
        View(0, 1).move = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("reader", Seat)
def test_the_reader_is_shown_the_policy_and_not_the_decision(reader: Seat) -> None:
    reading = Spy(bot("greedy", reader))
    other = Seat.OPPONENT if reader is Seat.SUBJECT else Seat.SUBJECT
    sealed = Spy(bot("mix:rock=0.5,paper=0.25,scissors=0.25", other))
    agents = {reader: reading, other: sealed}
    rounds = play(table(agents[Seat.SUBJECT], agents[Seat.OPPONENT]))
    draws = uniforms(stream(0, "cell", 0, reader), 10).tolist()
    assert reading.views == [
        View(
            0,
            number,
            tuple(rounds[: number - 1]),
            draw,
            stream(0, "cell", 0, reader, number),
            sealed.decisions[0].policy,
        )
        for number, draw in enumerate(draws, start=1)
    ]
    for shown, blind, decision in zip(reading.views, sealed.views, sealed.decisions, strict=True):
        assert shown.intel is decision.policy
        assert blind.intel is None
        assert all(part is not decision for part in reachable(shown))
    # every move was sealed in turn, and the reader's reply never depended on it
    assert len({decision.move for decision in sealed.decisions}) == 3
    assert {decision.move for decision in reading.decisions} == {1}


def test_agents_that_do_not_read_are_shown_nothing_of_the_round() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("uniform", Seat.OPPONENT))
    rounds = play(table(subject, opponent))
    for seat in (subject, opponent):
        assert all(view.intel is None for view in seat.views)
        assert [len(view.history) for view in seat.views] == list(range(10))
    assert [view.history for view in opponent.views] == [tuple(rounds[:number]) for number in range(10)]


def test_the_rounds_are_what_the_seats_decided() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("mix:rock=0.5,paper=0.5", Seat.OPPONENT))
    rounds = play(table(subject, opponent), rounds=50)
    assert [played.number for played in rounds] == list(range(1, 51))
    assert [played.subject for played in rounds] == subject.decisions
    assert [played.opponent for played in rounds] == opponent.decisions
    for played in rounds:
        assert played.outcome is RPS.outcome(played.subject.move, played.opponent.move)


def test_two_readers_are_refused() -> None:
    with pytest.raises(UsageError, match="greedy and greedy both read"):
        table("greedy", "greedy")


@pytest.mark.parametrize("reader", Seat)
def test_a_reader_against_somebody_without_a_policy_is_refused(reader: Seat) -> None:
    seats = table("greedy", Person()) if reader is Seat.SUBJECT else table(Person(), "greedy")
    with pytest.raises(UsageError, match="human has none to read"):
        play(seats)


def test_somebody_without_a_policy_can_play_against_others() -> None:
    assert {played.subject.move for played in play(table(Person(), "uniform"))} == {0}


def test_a_bot_draws_with_the_rounds_number_of_its_own_stream() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("uniform", Seat.OPPONENT))
    play(table(subject, opponent, seed=7, cell="a|b"), match=3)
    for spy, seat in ((subject, "subject"), (opponent, "opponent")):
        assert [view.draw for view in spy.views] == uniforms(stream(7, "a|b", 3, seat), 10).tolist()
        assert [view.seed for view in spy.views] == [stream(7, "a|b", 3, seat, number) for number in range(1, 11)]


def moves(rounds: Sequence[Round]) -> list[tuple[int | None, int | None]]:
    return [(played.subject.move, played.opponent.move) for played in rounds]


def test_more_rounds_change_no_earlier_one() -> None:
    seats = table("uniform", "uniform")
    assert moves(play(seats, rounds=30))[:10] == moves(play(seats, rounds=10))


@pytest.mark.parametrize("changed", [{"seed": 1}, {"cell": "another"}, {"match": 1}])
def test_another_seed_cell_or_match_draws_otherwise(changed: dict[str, object]) -> None:
    given = {"seed": 0, "cell": "cell", "match": 0} | changed
    one = play(table("uniform", "uniform"), rounds=30)
    other = play(table("uniform", "uniform", int(str(given["seed"])), str(given["cell"])), int(str(given["match"])), 30)
    assert moves(one) != moves(other)


@pytest.mark.parametrize("done", [0, 1, 4, 9, 10])
@pytest.mark.parametrize("subject", ["bot", "model"])
def test_a_match_goes_on_from_its_history_as_if_never_interrupted(subject: str, done: int) -> None:
    def seats() -> Table:
        return table("uniform" if subject == "bot" else model_agent(TableModel()), "greedy")

    whole = play(seats())
    assert play(seats(), history=whole[:done]) == whole[done:]


def test_a_forfeit_is_a_loss_without_a_move_that_later_prompts_do_not_show() -> None:
    # one attempt a round, and every other answer is a closing mark without a move
    seats = table(model_agent(TableModel(lambda text: {".": 0.5, " rock": 0.5}), attempts=1), "greedy")
    matches = [play(seats, match, rounds=4) for match in range(20)]
    forfeits = [played for rounds in matches for played in rounds if played.is_forfeit]
    assert 20 < len(forfeits) < 60
    for played in forfeits:
        assert played.outcome is Outcome.LOSS
        assert played.subject.move is None and played.opponent.move == 1
        assert played.subject.policy is not None and played.subject.policy.determinism == 1.0
    for rounds in matches:
        valid = 0
        for played in rounds:
            assert played.subject.prompt is not None
            text = played.subject.prompt.text
            assert text.count("Ann chose rock") == text.count("Bob paper") == valid
            assert text.endswith(f"Round {valid + 1}: Ann chose")
            valid += not played.is_forfeit


def test_a_forfeit_of_the_opponent_is_a_win() -> None:
    opponent = model_agent(TableModel(always(_Bob=1)), Seat.OPPONENT, attempts=2)
    rounds = play(table("fixed:rock", opponent), rounds=3)
    assert {played.outcome for played in rounds} == {Outcome.WIN}
    assert all(played.is_forfeit and played.opponent.invalid == 2 for played in rounds)
