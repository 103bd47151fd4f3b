"""Work in the background of a screen: begun, paused, resumed. A tournament that the app plays itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from arena.backends.loading import Models
from arena.errors import ArenaError
from arena.experiments.experiment import Cell, Event, Observer, Plan, carry_out
from arena.experiments.past import Shown
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.session.pace import Pace
from arena.store.rows import RunRow
from arena.store.store import Store


class Background(Observer):
    """An experiment that runs in the background. Pausing ends it; going on resumes it from the store.

    `refuse` is called with the error if one occurs, which ends it.
    """

    def __init__(self, store: Path, models: Models, refuse: Callable[[ArenaError], None]) -> None:
        self._store = store
        self._models = models
        self._refuse = refuse
        self._task: asyncio.Task[None] | None = None

    @property
    def playing(self) -> bool:
        """Whether it is running now."""
        return self._task is not None and not self._task.done()

    def go(self) -> None:
        """Begin, or resume."""
        if not self.playing:
            self._task = asyncio.create_task(self._run(), name="beside the screen")

    async def pause(self) -> None:
        """End it; everything done is in the store."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        try:
            plan = await self.plan()
            with Store.open(self._store, create=True) as self.opened:
                await carry_out(plan, self.opened, self._models, self)
        except ArenaError as error:
            self.fail(error)

    async def plan(self) -> Plan:
        """The plan to carry out. Raises ArenaError."""
        raise NotImplementedError

    def fail(self, error: ArenaError) -> None:
        """End it because of an error."""
        self._refuse(error)


class Runner(Background):
    """Plays a tournament. Its rounds are to be read from the store, from the run named `run` (None until it exists)."""

    def __init__(self, spec: TournamentSpec, store: Path, models: Models, refuse: Callable[[ArenaError], None]) -> None:
        super().__init__(store, models, refuse)
        self._asked = spec
        self._pace: Pace | None = None
        self._done = self._total = 0  # steps of the cell that is played
        self.run: str | None = None

    @property
    def left(self) -> str:
        """How long the rest will take, in words; "" while that can't be said."""
        left = self._pace.left() if self._pace is not None else None
        return "" if left is None or left.most <= 0 else str(left)

    async def plan(self) -> Plan:
        """The tournament."""
        return await plan_tournament(self._asked, self._models)

    def begins(self, plan: Plan) -> None:
        self._pace = Pace([plan], Shown(self.opened))
        self._pace.begins(plan)

    def kept(self, run: RunRow) -> None:
        self.run = run.name

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        self._done, self._total = done, total
        if self._pace is not None:
            self._pace.cell_begins(cell, done, total)

    def happens(self, cell: Cell, event: Event) -> None:
        self._done += event.done
        if event.done and self._pace is not None:
            self._pace.reached(self._done, self._total)

    def cell_ends(self, cell: Cell) -> None:
        if self._pace is not None:
            self._pace.cell_ends()
