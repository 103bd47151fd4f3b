"""Readers tried on recorded people, and on the players of other runs, in matches of the same length."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from arena.agents.agent import MovesAgent
from arena.errors import InputError
from arena.experiments.people.keeping import EXPERIMENT
from arena.experiments.people.played import Played, played_matches, recorded_matches
from arena.experiments.people.reading import make_reader, read_match
from arena.games import Game
from arena.reports.people.measures import Score, joined, score_of
from arena.reports.runs import NO_NAMES
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns, read_runs
from arena.stats.clusters import Estimate
from arena.stats.percentile import percentile
from arena.store.rows import RunRow
from arena.store.store import Store

READERS: Final = ("frequency", "markov:1", "markov:2", "wsls", "iocaine")
ROUNDS: Final = 50  # that are read of each match, if all have as many and nothing else is asked for


@dataclass(frozen=True)
class Player:
    """A cell, with the first rounds of its matches and what each reader foresaw in them. `too_short` is how many more
    matches there are, which have fewer rounds."""

    cell: CellReport
    matches: tuple[Played, ...]
    too_short: int
    scores: Mapping[str, Score]


@dataclass(frozen=True)
class PeopleScores:
    """Recorded people, and other players, all in their first `rounds` rounds. `too_short` is how many of the recorded
    matches have fewer; `left_out` are sentences on other players."""

    runs: TournamentRuns
    game: Game
    rounds: int
    readers: tuple[str, ...]
    people: tuple[Player, ...]
    others: tuple[Player, ...]
    too_short: int
    left_out: tuple[str, ...]

    @cached_property
    def of_people(self) -> Mapping[str, Score]:
        """What each reader foresaw of all people."""
        return {reader: joined([one.scores[reader] for one in self.people]) for reader in self.readers}

    def rank(self, reader: str, player: Player) -> Estimate:
        """The percentile of a player's matches among people's, by the share of moves foreseen."""
        return percentile(player.scores[reader].shares, self.of_people[reader].shares)


def score_people(
    store: Store,
    runs: Sequence[RunRow],
    readers: Sequence[str] = READERS,
    rounds: int | None = None,
    names: Mapping[str, str] = NO_NAMES,
) -> PeopleScores:
    """Try readers on the first `rounds` rounds of all matches of these runs, at least one of which has recorded people;
    None: as many as all have, at most 50. Matches that have fewer, and other games than the people's, are left out.

    Raises UsageError for an agent that isn't a reader of moves, InputError if nobody's recorded match is so long.
    """
    found = read_runs(store, *runs, names=names)
    recorded = {run.name for run in runs if run.spec.experiment == EXPERIMENT}
    game = next(cell.game for cell in found.cells if cell.cell.run in recorded)
    same, left_out = [], []
    for cell in found.cells:
        if cell.game.name == game.name:
            same.append(cell)
        else:
            left_out.append(f"{found.label(cell)} played {cell.game.title}, and these people {game.title}")
    if rounds is None:
        rounds = min(ROUNDS, *(cell.cell.reached or cell.cell.rounds or ROUNDS for cell in same))
    made = {reader: make_reader(reader, game) for reader in dict.fromkeys(readers)}
    players, too_short = [], 0
    for cell in same:
        is_recorded = cell.cell.run in recorded
        matches = recorded_matches(store, cell.cell, game) if is_recorded else played_matches(cell.rounds)
        long = tuple(Played(one.moves[:rounds], one.replies[:rounds]) for one in matches if len(one.moves) >= rounds)
        too_short += (len(matches) - len(long)) * is_recorded
        if long:
            players.append(Player(cell, long, len(matches) - len(long), asyncio.run(_scores(made, game, long))))
        elif not is_recorded:
            left_out.append(f"{found.label(cell)} has no match of {rounds:,} rounds that counts")
    people = tuple(one for one in players if one.cell.cell.run in recorded)
    if not people:
        raise InputError(f"nobody's recorded match has {rounds:,} rounds: ask for fewer with --rounds")
    others = tuple(one for one in players if one.cell.cell.run not in recorded)
    return PeopleScores(found, game, rounds, tuple(made), people, others, too_short, tuple(left_out))


async def _scores(readers: Mapping[str, MovesAgent], game: Game, matches: Sequence[Played]) -> dict[str, Score]:
    return {
        name: score_of([await read_match(reader, game, number, match) for number, match in enumerate(matches)])
        for name, reader in readers.items()
    }
