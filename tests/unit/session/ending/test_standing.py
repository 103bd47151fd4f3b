"""Where a match stands among a person's own, in a store with matches of other games, seats and people's bots."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arena.agents.person import Person
from arena.backends.loading import Models
from arena.experiments.tournament.sitting import Sitting
from arena.records import Outcome
from arena.session.choice import Choice
from arena.session.ending.standing import Kept, kept
from arena.session.pairing import prepare
from arena.store.store import Store


def play(path: Path, choice: Choice, *moves: int, until: int | None = None) -> Kept | None:
    """One match of a person who plays these moves, left after `until` rounds; how the store has it."""

    async def whole() -> str | None:
        prepared = await prepare(choice, Models())
        seats = (prepared.pairing.subject, prepared.pairing.opponent)
        person = next(agent for agent in seats if isinstance(agent, Person))
        left = iter(moves)
        person.on_turn = lambda view: loop.call_soon(lambda: person.choose(next(left))) and None
        loop = asyncio.get_running_loop()
        with Store.open(path, create=True) as store:
            sitting = Sitting(prepared.cell, prepared.pairing, choice.rounds, prepared.run, store)
            rounds = sitting.play()
            async for played in rounds:
                if played.number == until:
                    break
            await rounds.aclose()
            sitting.close()
            return sitting.run

    run = asyncio.run(whole())
    assert run is not None
    with Store.open(path) as store:
        return kept(store, run)


def test_matches_count_that_were_played_to_their_end_between_the_same_two(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    rock = Choice("rps", "fixed:rock", "human", 2, 1)
    first = play(store, rock, 1, 1)  # won both
    assert first is not None and first.standing is not None
    assert (first.standing.place, first.standing.of, first.standing.best) == (1, 1, 100.0)
    play(store, Choice("rps", "fixed:paper", "human", 2, 1), 1, 1)
    play(store, Choice("rps", "human", "fixed:rock", 2, 1), 1, 1)
    play(store, rock, 1, 1, until=1)
    lost = play(store, rock, 2, 2)
    again = play(store, Choice("rps", "fixed:rock", "human", 2, 7), 2, 0)  # another sitting
    assert lost is not None and lost.standing is not None and again is not None and again.standing is not None
    assert (lost.standing.place, lost.standing.of, lost.standing.best) == (2, 2, 100.0)
    assert lost.number == 2  # after the one that was left
    standing = again.standing
    assert (standing.place, standing.of, standing.best) == (2, 3, 100.0)
    assert standing.on is not None and not standing.is_equalled
    third = play(store, rock, 1, 1)  # as the first
    assert third is not None and third.standing is not None
    assert third.standing.place == 1 and third.standing.is_equalled
    assert (standing.streak, standing.ended) == (2, Outcome.LOSS)


def test_a_match_that_was_left_has_no_standing(tmp_path: Path) -> None:
    left = play(tmp_path / "a.db", Choice("rps", "fixed:rock", "human", 3, 1), 1, 1, 1, until=2)
    assert left is not None and left.standing is None
