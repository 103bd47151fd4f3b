"""Work in the background of a screen: begun, paused, resumed. A tournament that the app plays itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from arena.backends.loading import Models
from arena.errors import ArenaError
from arena.experiments.experiment import Observer, Plan, carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
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
        self.run: str | None = None

    async def plan(self) -> Plan:
        """The tournament."""
        return await plan_tournament(self._asked, self._models)

    def kept(self, run: RunRow) -> None:
        self.run = run.name
