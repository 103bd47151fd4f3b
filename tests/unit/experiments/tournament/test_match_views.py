"""What each seat of a match is shown, who reads whom, and who decides first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.agents.agent import Agent, PoliciesView, PolicyView, Sees, View, seen_by
from arena.errors import UsageError
from arena.randomness import stream, uniforms
from arena.records import Decision, Policy, Prompt, Round, Sample, Seat
from tests.support.seats import (
    RPS,
    Asker,
    Person,
    Spy,
    Wavering,
    bot,
    is_forfeit,
    model_agent,
    pairing,
    pasts,
    play,
    seated,
)
from tests.support.table_model import TableModel, by_length


def reachable(value: object) -> list[object]:
    """Everything that an agent could get at from a value by attributes and items, whatever they are called."""
    found: list[object] = []
    todo = [value]
    while todo:
        part = todo.pop()
        if any(type(part) is type(known) and part == known for known in found):
            continue
        found.append(part)
        if isinstance(part, (str, float, int)) or part is None:
            continue
        names = [name for name in dir(part) if not name.startswith(("__", "_field"))]
        todo += [inside for name in names if not callable(inside := getattr(part, name))]
        todo += part if isinstance(part, (tuple, list)) else ()
    return found


def test_what_can_be_reached_is_found() -> None:
    """Else the tests below could not fail."""
    policy, sample = Policy((1.0,)), Sample(" rock", (1,), "move")
    found = reachable((Decision(policy, 0, (sample,), Prompt("asked", (2,))),))
    assert all(wanted in found for wanted in (policy, sample, "asked"))


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("rounds", [1, 5])
def test_who_sees_moves_can_get_at_no_policy_prompt_or_text(seat: Seat, rounds: int) -> None:
    seeing = Spy(Wavering())
    played = play(seated(seat, seeing, model_agent(TableModel(), seat.other)), rounds=rounds)
    assert all(type(view) is View for view in seeing.views) and len(seeing.views) == rounds
    theirs = [one.opponent if seat is Seat.SUBJECT else one.subject for one in played]
    texts = {one.text for decision in theirs for one in (*decision.answers, decision.prompt) if one is not None}
    for view in seeing.views:
        found = reachable(view)
        assert not any(isinstance(part, (Policy, Prompt, Sample, Decision, Round)) for part in found)
        assert not texts & {part for part in found if isinstance(part, str)}
        # all that is in it are numbers, outcomes, and the name of its own draws
        assert {part for part in found if isinstance(part, str)} == {view.seed}
        assert view.history == pasts(seat, played[: view.number - 1])


@pytest.mark.parametrize("reader", Seat)
def test_the_reader_is_shown_the_policy_and_not_the_decision(reader: Seat) -> None:
    reading = Spy(bot("greedy", reader))
    sealed = Spy(bot("mix:rock=0.5,paper=0.25,scissors=0.25", reader.other))
    rounds = play(seated(reader, reading, sealed))
    draws = uniforms(stream(0, "cell", 0, reader), 10).tolist()
    policy = sealed.decisions[0].policy
    assert policy is not None
    assert reading.views == [
        PolicyView(
            0,
            number,
            pasts(reader, rounds[: number - 1]),
            draw,
            stream(0, "cell", 0, reader, number),
            rounds=10,
            policy=policy,
        )
        for number, draw in enumerate(draws, start=1)
    ]
    for shown, decision in zip(reading.views, sealed.decisions, strict=True):
        found = reachable(shown)
        assert [part for part in found if isinstance(part, Policy)] == [decision.policy]
        assert not any(isinstance(part, (Decision, Round, Prompt, Sample)) for part in found)
    # every move was sealed in turn, and the reader's reply never depended on it
    assert len({decision.move for decision in sealed.decisions}) == 3
    assert {decision.move for decision in reading.decisions} == {1}
    with pytest.raises((AttributeError, TypeError)):
        reading.views[0].move = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("reader", Seat)
@pytest.mark.parametrize("kind", ["wavering", "model", "mix:rock=0.5,paper=0.3,scissors=0.2"])
def test_who_sees_policies_is_told_the_policy_that_the_other_has_at_that_history(reader: Seat, kind: str) -> None:
    other: Agent
    if kind == "model":
        other = model_agent(TableModel(lambda text: by_length(text) | {"<end>": 9.0}), reader.other, attempts=1)
    else:
        other = Wavering() if kind == "wavering" else bot(kind, reader.other)
    asker, match = Asker(reader), 3
    rounds = play(seated(reader, asker, other), match, rounds=6)
    had = [(one.opponent if reader is Seat.SUBJECT else one.subject).policy for one in rounds]
    assert kind != "model" or any(map(is_forfeit, rounds))
    for view, told in zip(asker.views, asker.told, strict=True):
        assert list(view.policies) == had[: view.number - 1]
        assert view.policy == had[view.number - 1]
        assert told == had[: view.number]  # what it asked for is what was or will be there
    for number, ahead in enumerate(asker.ahead[:-1]):
        (past,) = pasts(reader, rounds[number : number + 1])
        assert past.theirs is None or ahead[past] == had[number + 1]
        assert (len(set(ahead.values())) > 1) is not kind.startswith("mix")


@pytest.mark.parametrize("kind", ["wavering", "model"])
def test_asking_draws_and_changes_nothing(kind: str) -> None:
    """The subject plays as it does against somebody who plays the same moves and asks nothing."""

    class Silent(Asker):
        async def decide(self, view: PoliciesView) -> Decision:
            return Decision(Policy.certain(view.number % 3, 3), view.number % 3)

    def subject() -> Agent:
        return Wavering() if kind == "wavering" else model_agent(TableModel())

    assert play(pairing(subject(), Asker())) == play(pairing(subject(), Silent()))


def test_agents_that_do_not_read_are_shown_nothing_of_the_round() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("uniform", Seat.OPPONENT))
    rounds = play(pairing(subject, opponent))
    for seat, spy in ((Seat.SUBJECT, subject), (Seat.OPPONENT, opponent)):
        assert [view.history for view in spy.views] == [pasts(seat, rounds[:number]) for number in range(10)]


def test_who_sees_policies_goes_on_with_all_that_it_had_seen() -> None:
    whole, again = Asker(), Asker()
    rounds = play(pairing(Wavering(), whole))
    play(pairing(Wavering(), again), history=rounds[:4])
    assert again.views == whole.views[4:]


MOVES = st.one_of(st.none(), st.integers(0, 2))


@given(MOVES, MOVES)
def test_a_past_round_is_the_same_from_both_seats(move: int | None, reply: int | None) -> None:
    outcome = RPS.outcome(move, reply)
    subject, opponent = (seen_by(seat, move, reply, outcome) for seat in Seat)
    assert subject == (move, reply, outcome) and opponent == (reply, move, -outcome)
    assert (subject.turned, opponent.turned) == (opponent, subject)
    assert RPS.outcome(opponent.mine, opponent.theirs) is opponent.outcome  # rock-paper-scissors is symmetric


class Ordered(Spy):
    """Notes when it was its turn."""

    def __init__(self, agent: Any, turns: list[str]) -> None:
        super().__init__(agent)
        self.turns = turns

    async def decide(self, view: View) -> Decision:
        self.turns.append(self._agent.name)
        return await super().decide(view)


@pytest.mark.parametrize("reader", Seat)
@pytest.mark.parametrize("sees", [Sees.POLICY, Sees.POLICIES])
def test_the_seat_that_reads_less_decides_first(reader: Seat, sees: Sees) -> None:
    turns: list[str] = []
    reading = Ordered(Asker() if sees is Sees.POLICIES else bot("greedy", reader), turns)
    other = Ordered(Wavering(), turns)
    other.policy = Wavering().policy  # type: ignore[attr-defined]
    play(seated(reader, reading, other), rounds=2)
    assert turns == ["wavering", reading._agent.name] * 2


@pytest.mark.parametrize("one", [lambda seat: bot("greedy", seat), lambda seat: Asker()])
@pytest.mark.parametrize("two", [lambda seat: bot("greedy", seat), lambda seat: Asker()])
def test_two_readers_are_refused(one: Any, two: Any) -> None:
    with pytest.raises(UsageError, match="both read the other's policy"):
        pairing(one(Seat.SUBJECT), two(Seat.OPPONENT))


@pytest.mark.parametrize("reader", Seat)
def test_whoever_cannot_tell_a_policy_elsewhere_is_not_asked_for_it(reader: Seat) -> None:
    with pytest.raises(UsageError, match="asks for the other's policy after other histories, which a spy as wavering"):
        seated(reader, Asker(), Spy(Wavering()))


@pytest.mark.parametrize("reader", Seat)
def test_a_reader_against_somebody_without_a_policy_is_refused(reader: Seat) -> None:
    seats = pairing("greedy", Person()) if reader is Seat.SUBJECT else pairing(Person(), "greedy")
    with pytest.raises(UsageError, match="human has none to read"):
        play(seats)
