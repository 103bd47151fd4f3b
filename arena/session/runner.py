"""A tournament that the app plays itself: started, paused, gone on with. What it plays is read from the store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from arena.backends.loading import Models
from arena.concurrency import aside
from arena.errors import ArenaError
from arena.experiments.tournament.cells import Cell, Options, plan_cells
from arena.experiments.tournament.tournament import Tournament, play_tournament, run_spec
from arena.records import Round
from arena.store.rows import RunSpec
from arena.store.store import Store


@dataclass(frozen=True, slots=True)
class Planned:
    """A tournament as it was set up: agents as specs, games by name."""

    subjects: tuple[str, ...]
    games: tuple[str, ...]
    count: int
    rounds: int
    seed: int


class Runner:
    """Plays a planned tournament in the background. Pausing ends the play; going on resumes it from the store."""

    def __init__(self, planned: Planned, store: Path, models: Models, refuse: Callable[[ArenaError], None]) -> None:
        self._planned = planned
        self._store = store
        self._models = models
        self._refuse = refuse
        self._task: asyncio.Task[None] | None = None
        self._spec: RunSpec | None = None

    @property
    def playing(self) -> bool:
        """Whether it is being played now."""
        return self._task is not None and not self._task.done()

    async def run_name(self) -> str | None:
        """The name of the run that is played; None until it is in the store."""
        return None if self._spec is None else await aside(_find, self._store, self._spec)

    def go(self) -> None:
        """Begin, or go on."""
        if not self.playing:
            self._task = asyncio.create_task(self._play(), name="tournament")

    async def pause(self) -> None:
        """End the play; all that was played is in the store."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _play(self) -> None:
        planned, options = self._planned, Options()
        try:
            cells = await plan_cells(planned.subjects, ["greedy"], planned.games, options, self._models)
            tournament = Tournament(cells, planned.count, planned.rounds, planned.seed, options)
            self._spec = await run_spec(tournament, self._models)
            with Store.open(self._store, create=True) as store:
                await play_tournament(tournament, store, self._models, _Nobody())
        except ArenaError as error:
            self._refuse(error)


def _find(path: Path, spec: RunSpec) -> str | None:
    if not path.exists():
        return None
    with Store.open(path) as store:
        run = store.find(spec)
    return None if run is None else run.name


class _Nobody:
    """The screen watches the store instead."""

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        """Nothing to do."""

    def round_ends(self, cell: Cell, match: int, played: Round) -> None:
        """Nothing to do."""

    def cell_ends(self, cell: Cell) -> None:
        """Nothing to do."""
