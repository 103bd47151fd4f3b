"""Sittings: what of a match is stored, when it is left, and that people can't be in tournaments."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from arena.agents.agent import PolicyView, View
from arena.agents.person import MindReader, Person
from arena.agents.spec import make_bot, parse_agent
from arena.backends.loading import Models
from arena.errors import UsageError
from arena.experiments.tournament.cells import plan_cells
from arena.experiments.tournament.match import Pairing, play_match
from arena.experiments.tournament.sitting import Sitting, sitting_run
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.games import parse_game
from arena.records import Seat
from arena.store.store import Store

GAME = parse_game("rps")


async def sit(store: Store, leave_after: list[int], rounds: int = 3, seed: int = 0, go_on: bool = False) -> str | None:
    """Play one match for each entry, leaving each after so many rounds; returns the run's name. With `go_on`, each goes
    on with the one before if that was left."""
    spec, models = TournamentSpec(subjects=("uniform",), rounds=rounds), Models()
    (cell,) = await plan_cells(spec, models)
    pairing = await cell.pairing(seed, models)
    run = await sitting_run(cell, pairing, spec, models)
    with closing(Sitting(cell, pairing, rounds, run, store)) as sitting:
        for leave in leave_after:
            async with aclosing(sitting.play(go_on)) as played:
                if leave:
                    async for done in played:
                        if done.number == leave:
                            break
        return sitting.run


def matches(store: Store) -> list[tuple[int, int, int, int]]:
    with store.database.guard() as connection:
        return connection.execute(
            "SELECT m.number, m.finished, m.abandoned, COUNT(r.number) FROM matches m"
            " JOIN rounds r ON r.cell = m.cell AND r.match = m.number GROUP BY m.cell, m.number"
        ).fetchall()


def test_matches_go_on_counting_and_one_that_is_left_is_marked(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        name = asyncio.run(sit(store, [3, 1, 3]))
        assert matches(store) == [(0, 1, 0, 3), (1, 0, 1, 1), (2, 1, 0, 3)]
        assert asyncio.run(sit(store, [3])) == name  # the same pairing with the same seed later on
        assert matches(store)[-1] == (3, 1, 0, 3)
        (run,) = store.runs()
        assert run.spec.experiment == "match" and run.spec.size == 4


def test_a_match_that_was_left_goes_on_as_if_it_never_had_been(tmp_path: Path) -> None:
    with Store.open(tmp_path / "whole.db", create=True) as store:
        asyncio.run(sit(store, [4], rounds=4, seed=7))
        (cell,) = store.cells(store.run(None))
        whole = store.rounds(cell, 3)
    with Store.open(tmp_path / "s.db", create=True) as store:
        asyncio.run(sit(store, [2], rounds=4, seed=7))
        assert matches(store) == [(0, 0, 1, 2)]
        asyncio.run(sit(store, [3], rounds=4, seed=7, go_on=True))  # and is left again
        assert matches(store) == [(0, 0, 1, 3)]
        asyncio.run(sit(store, [4, 1], rounds=4, seed=7, go_on=True))  # a finished one is followed by another
        assert matches(store) == [(0, 1, 0, 4), (1, 0, 1, 1)]
        (cell,) = store.cells(store.run(None))
        again = store.rounds(cell, 3)
    assert again.move.tolist() == whole.move.tolist() and again.reply.tolist() == whole.reply.tolist()


def test_a_sitting_without_a_round_leaves_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        assert asyncio.run(sit(store, [0])) is None
        assert store.runs() == []


def test_its_rounds_are_those_of_the_same_match_played_alone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        asyncio.run(sit(store, [3], seed=7))
        (cell,) = store.cells(store.run(None))
        stored = store.rounds(cell, 3).move.tolist()

        async def alone() -> list[int | None]:
            specs = {seat: parse_agent(text) for seat, text in ((Seat.SUBJECT, "uniform"), (Seat.OPPONENT, "greedy"))}
            agents = [make_bot(spec, GAME, seat) for seat, spec in specs.items()]
            pairing = Pairing(GAME, agents[0], agents[1], cell.spec.key, 7)
            return [played.subject.move async for played in play_match(pairing, 0, 3)]

        assert stored == asyncio.run(alone())


@pytest.mark.parametrize(
    ("subject", "opponent", "sentence"),
    [
        ("human", "human:mind-reader", "one keyboard"),
        ("human", "greedy", "a person has none to read"),
        ("human:mind-reader", "greedy", "neither can begin"),
    ],
)
def test_seats_that_people_cannot_take(subject: str, opponent: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Pairing(
            GAME,
            make_bot(parse_agent(subject), GAME, Seat.SUBJECT),
            make_bot(parse_agent(opponent), GAME, Seat.OPPONENT),
            "cell",
            0,
        )


def test_people_are_not_in_tournaments() -> None:
    async def play() -> None:
        await plan_tournament(TournamentSpec(subjects=("uniform",), opponents=("human",)), Models())

    with pytest.raises(UsageError, match="a person plays with `arena play`"):
        asyncio.run(play())


@pytest.mark.parametrize("spec", ["human:mind", "human:mind-reader:x"])
def test_a_person_is_written_in_two_ways_only(spec: str) -> None:
    with pytest.raises(UsageError, match="human, or human:mind-reader"):
        parse_agent(spec)


def test_a_person_moves_once_a_turn_and_after_the_other_has_sealed_its_move() -> None:
    person = MindReader()
    seen: list[View] = []
    person.on_turn = seen.append
    subject = make_bot(parse_agent("mix:rock=0.5,paper=0.5"), GAME, Seat.SUBJECT)

    async def play() -> list[int | None]:
        assert not person.choose(0)  # nobody has asked yet
        rounds = []
        match = play_match(Pairing(GAME, subject, person, "cell", 0), 0, 2)
        for move in (1, 2):
            coming = asyncio.ensure_future(anext(match))
            while len(seen) < len(rounds) + 1:
                await asyncio.sleep(0)
            assert person.choose(move) and not person.choose(0)
            rounds.append(await coming)
        return [played.opponent.move for played in rounds]

    assert asyncio.run(play()) == [1, 2]
    assert all(isinstance(view, PolicyView) and view.policy.probabilities == (0.5, 0.5, 0.0) for view in seen)


def test_a_persons_round_is_on_disk_while_they_think_about_the_next(tmp_path: Path) -> None:
    async def play() -> None:
        spec, models = TournamentSpec(subjects=("uniform",), opponents=("human",), rounds=3), Models()
        (cell,) = await plan_cells(spec, models)
        pairing = await cell.pairing(0, models)
        assert isinstance(pairing.opponent, Person)
        person = pairing.opponent
        run = await sitting_run(cell, pairing, spec, models)
        with (
            Store.open(tmp_path / "s.db", create=True) as store,
            closing(Sitting(cell, pairing, 3, run, store)) as sitting,
        ):
            match = sitting.play()
            for number in (1, 2):
                coming = asyncio.ensure_future(anext(match))
                while not person.choose(0):
                    await asyncio.sleep(0)
                await coming
                with Store.open(tmp_path / "s.db") as reader:
                    assert matches(reader) == [(0, 0, 0, number)]
            await match.aclose()

    asyncio.run(play())
