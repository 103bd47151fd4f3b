"""A tournament: many matches at once over a grid of cells, every round into the store as it is played.

The matches of a cell are coroutines that await one model; the backend merges their prompts. Cells go one
after another, so that a model is in memory only while it plays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from arena.backends.loading import Models
from arena.concurrency import together
from arena.errors import UsageError
from arena.experiments.tournament.cells import Cell, Options, check_length
from arena.experiments.tournament.match import play_match
from arena.records import Round
from arena.store.rows import RunRow, RunSpec
from arena.store.saving import saving
from arena.store.store import Store
from arena.store.writer import RunWriter

MOST_GAMES: Final = 1_000_000  # all matches of a cell are under way at once, each some 1.2 KiB
MOST_ROUNDS: Final = 10_000_000  # of a cell: bots' draws stand in memory, 8 bytes each


def check_size(games: int, rounds: int) -> None:
    """Raises UsageError for matches that are none, or more than fit in memory."""
    for name, value in (("--games", games), ("--rounds", rounds)):
        if value < 1:
            raise UsageError(f"{name} is {value}, but there must be at least one")
    if games > MOST_GAMES:
        raise UsageError(f"--games is {games:,}, but at most {MOST_GAMES:,} matches are played in a cell")
    if games * rounds > MOST_ROUNDS:
        raise UsageError(
            f"{games:,} games of {rounds:,} rounds are too many: a cell has at most {MOST_ROUNDS:,} rounds"
        )


@dataclass(frozen=True, slots=True)
class Tournament:
    """What is to be played: every cell for `games` matches of `rounds` rounds."""

    cells: Sequence[Cell]
    games: int
    rounds: int
    seed: int
    options: Options

    def __post_init__(self) -> None:
        check_size(self.games, self.rounds)

    def refuse_people(self) -> None:
        """Raises UsageError if a seat is a person's: they would be asked for thousands of moves."""
        if any(seated.spec.is_person for cell in self.cells for seated in (cell.subject, cell.opponent)):
            raise UsageError("a tournament seats models and bots; a person plays with `arena play`")


class Observer(Protocol):
    """Who watches a tournament: a progress bar, a screen, a test."""

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        """A cell's turn has come; `done` of its `total` rounds were played before."""
        ...

    def round_ends(self, cell: Cell, match: int, played: Round) -> None:
        """A round was played."""
        ...

    def cell_ends(self, cell: Cell) -> None:
        """All matches of a cell are finished."""
        ...


async def play_tournament(tournament: Tournament, store: Store, models: Models, observer: Observer) -> RunRow:
    """Play what is missing of a tournament, and return its run.

    The same tournament in the same store goes on where it was; a finished one plays nothing. Cancelling it
    saves what was played. Raises InputError for a match too long for a model, ModelError if a model fails
    (what was played is kept), StoreError if the store refuses.
    """
    tournament.refuse_people()
    spec = await run_spec(tournament, models)
    known = store.find(spec)
    if known is None or not known.finished or known.spec.games < tournament.games:
        for cell in reversed(tournament.cells):  # the first one's model is then the one that is loaded
            await models.close_others(cell.models)
            await check_length(cell, tournament.rounds, models)
    with store.begin(await run_spec(tournament, models)) as writer:
        for cell in tournament.cells:
            await _play_cell(cell, tournament, writer, models, observer)
        writer.finish()
        return writer.run


async def run_spec(tournament: Tournament, models: Models) -> RunSpec:
    """The run that a tournament is. Raises ModelError or InputError for a model that isn't ready here."""
    names = sorted({name for cell in tournament.cells for name in cell.models})
    identities = {name: await models.identify(name) for name in names}
    return RunSpec(
        kind="tournament",
        cells=tuple(cell.spec for cell in tournament.cells),
        rounds=tournament.rounds,
        seed=tournament.seed,
        sampling=str(tournament.options.sampling),
        invalid=tournament.options.invalid,
        models={name: found.now for name, found in identities.items()},
        games=tournament.games,
        manifest=models.manifest(),
        former={name: found.former for name, found in identities.items()},
    )


async def _play_cell(cell: Cell, tournament: Tournament, writer: RunWriter, models: Models, observer: Observer) -> None:
    key = cell.spec.key
    finished = writer.finished(key)
    begun = writer.open_matches(key)
    missing = [match for match in range(tournament.games) if match not in finished]
    played = tournament.rounds * (tournament.games - len(missing)) + sum(len(begun.get(match, ())) for match in missing)
    observer.cell_begins(cell, played, tournament.rounds * tournament.games)
    if missing:
        await models.close_others(cell.models)
        table = await cell.table(tournament.seed, models)

        async def play(number: int) -> None:
            async for played in play_match(table, number, tournament.rounds, begun.get(number, ())):
                writer.add_round(key, number, played)
                observer.round_ends(cell, number, played)
            writer.finish_match(key, number)

        async with saving(writer, key):
            await together(play(number) for number in missing)
    observer.cell_ends(cell)
