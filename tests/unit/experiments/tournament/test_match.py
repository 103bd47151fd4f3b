"""A match: what each seat is shown, the sealed move, the draws."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.agents.agent import Agent, Past, PoliciesView, PolicyView, Position, Sees, View, seen_by
from arena.agents.bots import draw_move
from arena.agents.language_model import Asking, LanguageModelAgent
from arena.agents.spec import make_bot, parse_agent
from arena.errors import UsageError
from arena.experiments.tournament.match import Pairing, play_match
from arena.games import parse_game
from arena.prompts.wording import find_wording
from arena.randomness import stream, uniforms
from arena.records import Decision, Outcome, Policy, Prompt, Round, Sample, Seat
from tests.support.table_model import TableModel, always, by_length

RPS = parse_game("rps")


def is_forfeit(played: Round) -> bool:
    return played.subject.move is None or played.opponent.move is None


class Spy:
    """Plays like another agent, and keeps the views that it was given and what it decided."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self.name = f"a spy as {agent.name}"
        self.sees = agent.sees
        self.views: list[View] = []
        self.decisions: list[Decision] = []

    async def decide(self, view: View) -> Decision:
        self.views.append(view)
        self.decisions.append(await self._agent.decide(view))
        return self.decisions[-1]


class Person:
    """Has no policy to show."""

    name = "human"
    sees: Final = Sees.MOVES

    async def decide(self, view: View) -> Decision:
        return Decision(None, 0)


class Wavering:
    """A bot whose policy depends on all that it may know of the past, and on the match."""

    name = "wavering"
    sees: Final = Sees.MOVES

    async def policy(self, position: Position) -> Policy:
        name = stream(position.match, position.number, *(str(part) for past in position.history for part in past))
        weights = uniforms(name, 3)
        return Policy(tuple((weights / weights.sum()).tolist()))

    async def decide(self, view: View) -> Decision:
        policy = await self.policy(view)
        return Decision(policy, draw_move(policy, view.draw))


class Asker:
    """Asks for the other's policy before every past round and now, and one round ahead."""

    name = "asker"
    sees: Final = Sees.POLICIES

    def __init__(self, seat: Seat = Seat.OPPONENT) -> None:
        self._seat = seat
        self.views: list[PoliciesView] = []
        self.told: list[list[Policy]] = []
        self.ahead: list[dict[Past, Policy]] = []

    async def decide(self, view: PoliciesView) -> Decision:
        self.views.append(view)
        self.told.append([await view.ask(view.history[:size]) for size in range(view.number)])
        pairs = product(range(3), repeat=2)
        coming = [seen_by(self._seat, move, reply, RPS.outcome(move, reply)) for move, reply in pairs]
        self.ahead.append({past: await view.ask((*view.history, past)) for past in coming})
        return Decision(Policy.certain(view.number % 3, 3), view.number % 3)


def bot(spec: str, seat: Seat) -> Agent:
    return make_bot(parse_agent(spec), RPS, seat)


def pairing(subject: str | Agent, opponent: str | Agent, seed: int = 0, cell: str = "cell") -> Pairing:
    return Pairing(
        RPS,
        bot(subject, Seat.SUBJECT) if isinstance(subject, str) else subject,
        bot(opponent, Seat.OPPONENT) if isinstance(opponent, str) else opponent,
        cell,
        seed,
    )


def play(seats: Pairing, match: int = 0, rounds: int = 10, history: Sequence[Round] = ()) -> list[Round]:
    async def whole() -> list[Round]:
        return [played async for played in play_match(seats, match, rounds, history)]

    return asyncio.run(whole())


def model_agent(model: TableModel, seat: Seat = Seat.SUBJECT, attempts: int = 20) -> LanguageModelAgent:
    asking = Asking(find_wording("rps", "base", seat), "none", attempts=attempts)
    return asyncio.run(LanguageModelAgent.make("llm:table", model, RPS, seat, asking))


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


def seated(reader: Seat, reading: Any, other: Any) -> Pairing:
    return pairing(reading, other) if reader is Seat.SUBJECT else pairing(other, reading)


def pasts(seat: Seat, rounds: Sequence[Round]) -> tuple[Past, ...]:
    return tuple(seen_by(seat, one.subject.move, one.opponent.move, one.outcome) for one in rounds)


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
            0, number, pasts(reader, rounds[: number - 1]), draw, stream(0, "cell", 0, reader, number), policy=policy
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


def test_the_rounds_are_what_the_seats_decided() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("mix:rock=0.5,paper=0.5", Seat.OPPONENT))
    rounds = play(pairing(subject, opponent), rounds=50)
    assert [played.number for played in rounds] == list(range(1, 51))
    assert [played.subject for played in rounds] == subject.decisions
    assert [played.opponent for played in rounds] == opponent.decisions
    for played in rounds:
        assert played.outcome is RPS.outcome(played.subject.move, played.opponent.move)


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


def test_somebody_without_a_policy_can_play_against_others() -> None:
    assert {played.subject.move for played in play(pairing(Person(), "uniform"))} == {0}


def test_a_bot_draws_with_the_rounds_number_of_its_own_stream() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("uniform", Seat.OPPONENT))
    play(pairing(subject, opponent, seed=7, cell="a|b"), match=3)
    for spy, seat in ((subject, "subject"), (opponent, "opponent")):
        assert [view.draw for view in spy.views] == uniforms(stream(7, "a|b", 3, seat), 10).tolist()
        assert [view.seed for view in spy.views] == [stream(7, "a|b", 3, seat, number) for number in range(1, 11)]


@given(st.integers(0, 2**63 - 1), st.text(max_size=20), st.integers(0, 10**6))
@settings(max_examples=20)
def test_draws_have_their_names_whatever_the_cell_is_called(seed: int, cell: str, match: int) -> None:
    spy = Spy(bot("uniform", Seat.SUBJECT))
    play(pairing(spy, "uniform", seed, cell), match, rounds=2)
    assert [view.seed for view in spy.views] == [stream(seed, cell, match, "subject", number) for number in (1, 2)]


def moves(rounds: Sequence[Round]) -> list[tuple[int | None, int | None]]:
    return [(played.subject.move, played.opponent.move) for played in rounds]


def test_more_rounds_change_no_earlier_one() -> None:
    seats = pairing("uniform", "uniform")
    assert moves(play(seats, rounds=30))[:10] == moves(play(seats, rounds=10))


@pytest.mark.parametrize("changed", [{"seed": 1}, {"cell": "another"}, {"match": 1}])
def test_another_seed_cell_or_match_draws_otherwise(changed: dict[str, object]) -> None:
    given = {"seed": 0, "cell": "cell", "match": 0} | changed
    one = play(pairing("uniform", "uniform"), rounds=30)
    other = play(
        pairing("uniform", "uniform", int(str(given["seed"])), str(given["cell"])), int(str(given["match"])), 30
    )
    assert moves(one) != moves(other)


@pytest.mark.parametrize("done", [0, 1, 4, 9, 10])
@pytest.mark.parametrize("subject", ["bot", "model"])
def test_a_match_goes_on_from_its_history_as_if_never_interrupted(subject: str, done: int) -> None:
    def seats() -> Pairing:
        return pairing("uniform" if subject == "bot" else model_agent(TableModel()), "greedy")

    whole = play(seats())
    assert play(seats(), history=whole[:done]) == whole[done:]


def test_who_sees_policies_goes_on_with_all_that_it_had_seen() -> None:
    whole, again = Asker(), Asker()
    rounds = play(pairing(Wavering(), whole))
    play(pairing(Wavering(), again), history=rounds[:4])
    assert again.views == whole.views[4:]


def test_a_forfeit_is_a_loss_without_a_move_that_later_prompts_do_not_show() -> None:
    # one attempt a round, and every other answer is a closing mark without a move
    seats = pairing(model_agent(TableModel(lambda text: {".": 0.5, " rock": 0.5}), attempts=1), "greedy")
    matches = [play(seats, match, rounds=4) for match in range(20)]
    forfeits = [played for rounds in matches for played in rounds if is_forfeit(played)]
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
            valid += not is_forfeit(played)


def test_a_forfeit_of_the_opponent_is_a_win() -> None:
    opponent = model_agent(TableModel(always(_Bob=1)), Seat.OPPONENT, attempts=2)
    rounds = play(pairing("fixed:rock", opponent), rounds=3)
    assert {played.outcome for played in rounds} == {Outcome.WIN}
    assert all(is_forfeit(played) and played.opponent.invalid == 2 for played in rounds)
