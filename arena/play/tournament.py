"""A tournament: many matches at once over a grid of cells, every round into the store as it is played.

The matches of a cell are coroutines that await one model; the backend merges their prompts. Cells go one
after another, so that a model is in memory only while it plays.
"""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

from arena.backends.loading import Models
from arena.errors import ArenaError, UsageError
from arena.play.cells import Cell, Options, check_length
from arena.play.match import Table, play_match
from arena.records import Round
from arena.store.rows import RunRow, RunSpec
from arena.store.store import Store
from arena.store.writer import FLUSH_SECONDS, RunWriter

# Bots never wait for anything, so their matches are played in groups of this size between two looks around.
_BREATH = 32


@dataclass(frozen=True, slots=True)
class Tournament:
    """What is to be played: every cell for `games` matches of `rounds` rounds."""

    cells: Sequence[Cell]
    games: int
    rounds: int
    seed: int
    options: Options

    def __post_init__(self) -> None:
        for name, value in (("--games", self.games), ("--rounds", self.rounds)):
            if value < 1:
                raise UsageError(f"{name} is {value}, but there must be at least one")

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
    spec = run_spec(tournament, models)
    known = store.find(spec)
    if known is None or not known.finished or known.spec.games < tournament.games:
        for cell in reversed(tournament.cells):  # the first one's model is then the one that is loaded
            await models.close_others(cell.models)
            await check_length(cell, tournament.rounds, models)
    with store.begin(run_spec(tournament, models)) as writer:
        for cell in tournament.cells:
            await _play_cell(cell, tournament, writer, models, observer)
        writer.finish()
        return writer.run


def run_spec(tournament: Tournament, models: Models) -> RunSpec:
    names = sorted({name for cell in tournament.cells for name in cell.models})
    return RunSpec(
        kind="tournament",
        cells=tuple(cell.spec for cell in tournament.cells),
        rounds=tournament.rounds,
        seed=tournament.seed,
        sampling=str(tournament.options.sampling),
        invalid=tournament.options.invalid,
        models={name: models.identity(name) for name in names},
        games=tournament.games,
        manifest=_manifest(models),
    )


def _manifest(models: Models) -> dict[str, Any]:
    """Machine and build: a language model's logits differ in the last digits between them."""
    return {
        "arena": version("predictability-arena"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "models": dict(models.builds),
    }


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
        play = _Cell(cell, table, tournament.rounds, writer, observer)
        clock = asyncio.create_task(play.keep_saving())
        try:
            await play.matches([(match, begun.get(match, ())) for match in missing])
        finally:
            clock.cancel()
            play.note_time()
            writer.flush()
    observer.cell_ends(cell)


class _Cell:
    """A cell while it is played."""

    def __init__(self, cell: Cell, table: Table, rounds: int, writer: RunWriter, observer: Observer) -> None:
        self._cell = cell
        self._key = cell.spec.key
        self._table = table
        self._rounds = rounds
        self._writer = writer
        self._observer = observer
        self._since = time.monotonic()

    async def matches(self, matches: Sequence[tuple[int, Sequence[Round]]]) -> None:
        """Play all of them at once. The first error ends the others, and is raised alone."""
        try:
            async with asyncio.TaskGroup() as group:
                for index, (number, history) in enumerate(matches):
                    group.create_task(self._match(number, history))
                    if index % _BREATH == _BREATH - 1:
                        await asyncio.sleep(0)
        except BaseExceptionGroup as errors:
            known = errors.subgroup(ArenaError)
            raise _first(known if known is not None else errors) from None

    async def _match(self, number: int, history: Sequence[Round]) -> None:
        async for played in play_match(self._table, number, self._rounds, history):
            self._writer.add_round(self._key, number, played)
            self._observer.round_ends(self._cell, number, played)
        self._writer.finish_match(self._key, number)

    async def keep_saving(self) -> None:
        """Write what was played every half second, also while a model thinks for longer."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self.note_time()
            self._writer.flush()

    def note_time(self) -> None:
        """Add the time since the last call to the cell's."""
        now = time.monotonic()
        self._writer.add_seconds(self._key, now - self._since)
        self._since = now


def _first(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
