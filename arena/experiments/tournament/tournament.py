"""A tournament: many matches at once over a grid of cells, with every round stored as it is played.

The matches of a cell are coroutines that await one model; the backend merges their prompts. Cells go one
after another, so that a model is in memory only while it plays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.backends.loading import Models
from arena.concurrency import together
from arena.errors import UsageError
from arena.experiments.cost import Cost
from arena.experiments.experiment import Event, Experiment, Observer, Plan, counted
from arena.experiments.past import Shown
from arena.experiments.tournament.cells import Cell, check_length, plan_cells
from arena.experiments.tournament.cost import cost
from arena.experiments.tournament.exact.plan import ExactTournament, exact_amount
from arena.experiments.tournament.match import play_match
from arena.experiments.tournament.spec import TournamentSpec, asked_how
from arena.records import Round
from arena.store.rows import RunRow, RunSpec, Unit
from arena.store.saving import saving
from arena.store.writer import RunWriter

MOST_GAMES: Final = 1_000_000  # all matches of a cell are played at once, at about 1.2 KiB each
MOST_ROUNDS: Final = 10_000_000  # per cell: bots' draws are held in memory, 8 bytes each


def check_size(games: int, rounds: int) -> None:
    """Raises UsageError for no matches at all, or for more than fit in memory."""
    for name, value in (("--games", games), ("--rounds", rounds)):
        if value < 1:
            raise UsageError(f"{name} is {value}, but there must be at least one")
    if games > MOST_GAMES:
        raise UsageError(f"--games is {games:,}, but at most {MOST_GAMES:,} matches are played in a cell")
    if games * rounds > MOST_ROUNDS:
        raise UsageError(
            f"{games:,} games of {rounds:,} rounds are too many: a cell has at most {MOST_ROUNDS:,} rounds"
        )


def check_span(span: tuple[int, int] | None, games: int) -> None:
    """Raises UsageError for matches that aren't among so many."""
    if span is not None and not 1 <= span[0] <= span[1] <= games:
        raise UsageError(
            f"--matches is {span[0]}-{span[1]}, but there are {games:,} games: name the first and the last of those to "
            f"play, from 1 to {games:,} (--games says how many there are)"
        )


@dataclass(frozen=True, slots=True)
class RoundPlayed(Event):
    """A round of a match was played."""

    match: int
    played: Round

    @property
    def done(self) -> int:
        return 1


class Tournament(Plan):
    """Every cell is played for `spec.matches` matches of `spec.rounds` rounds, or those of them in `spec.span`."""

    experiment = "tournament"
    steps = "rounds"
    cells: Sequence[Cell]
    unit = Unit.MATCH

    def __init__(self, cells: Sequence[Cell], spec: TournamentSpec) -> None:
        check_size(spec.matches, spec.rounds)
        check_span(spec.span, spec.matches)
        first, last = spec.span or (1, spec.matches)
        self._matches = range(first - 1, last)
        self.only = f"matches {first} to {last} of {spec.matches}" if len(self._matches) < spec.matches else ""
        self.cells = cells
        self.spec = spec
        self.size, self.rounds, self.seed = spec.matches, spec.rounds, spec.seed

    @property
    def settings(self) -> Mapping[str, Any]:
        return asked_how(self.spec)

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        part = len(self._matches) / self.spec.matches  # the share of the matches that are played now
        return [
            cost(cell, self.spec, shown, max(0.0, part - shown.done(self, cell.spec)) if part == 1 else part)
            for cell in self.cells
        ]

    async def check(self, models: Models, known: RunRow | None) -> None:
        """Refuse matches that are too long for a model."""
        for cell in filter(self.takes, reversed(self.cells)):  # so that the first cell's model is the one left loaded
            await models.close_others(cell.models)
            await check_length(cell, self.spec.rounds, models)

    def is_whole(self, writer: RunWriter) -> bool:
        asked = set(range(writer.run.spec.size))
        return all(asked <= writer.finished(cell.spec.key) for cell in self.cells)

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for cell in filter(self.takes, self.cells):
            await self._play(cell, writer, models, observer)

    async def _play(self, cell: Cell, writer: RunWriter, models: Models, observer: Observer) -> None:
        key, rounds = cell.spec.key, self.spec.rounds
        finished = writer.finished(key)
        begun = writer.open_matches(key)
        missing = [match for match in self._matches if match not in finished]
        played = rounds * (len(self._matches) - len(missing)) + sum(len(begun.get(match, ())) for match in missing)
        observer.cell_begins(cell, played, rounds * len(self._matches))
        if missing:
            await models.close_others(cell.models)
            pairing = await cell.pairing(self.seed, models)

            async def play(number: int) -> None:
                async for played in play_match(pairing, number, rounds, begun.get(number, ())):
                    writer.add_round(key, number, played)
                    observer.happens(cell, RoundPlayed(number, played))
                writer.finish_match(key, number)

            async with saving(writer, key):
                await together(play(number) for number in missing)
        observer.cell_ends(cell)


async def plan_tournament(spec: TournamentSpec, models: Models) -> Tournament | ExactTournament:
    """The plan of a tournament. Raises UsageError and InputError if it can't be played."""
    check_size(spec.matches, spec.rounds)
    check_span(spec.span, spec.matches)
    cells = await plan_cells(spec, models)
    if any(seated.spec.is_person for cell in cells for seated in (cell.subject, cell.opponent)):
        # a person would be asked for thousands of moves
        raise UsageError("a tournament seats models and bots; a person plays with `arena play`")
    return ExactTournament(cells, spec) if spec.exact else Tournament(cells, spec)


def amount(run: RunSpec) -> str:
    """How much a run is to contain, in words: "500 games of 10 rounds", "exact, with 5,000 prompts"."""
    return exact_amount(run) if run.unit is Unit.FINDING else counted(run)


TOURNAMENT: Final = Experiment("tournament", TournamentSpec, plan_tournament, amount)
