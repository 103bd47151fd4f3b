"""Loads the models of a choice while a person is still choosing, so that their first move needn't wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from arena.backends.loading import Models
from arena.errors import ArenaError
from arena.session.seats import READY, state_of


class Preloader:
    """Loads what was wanted last, and nothing else. `changed` is called when a model is loaded, or can't be."""

    def __init__(self, models: Models, changed: Callable[[], object]) -> None:
        self._models = models
        self._changed = changed
        self._names: frozenset[str] = frozenset()
        self._tasks: set[asyncio.Task[None]] = set()  # the last one loads; others are being ended

    def want(self, agents: Iterable[str]) -> None:
        """Load the models among these agents that are ready on this machine; end the loading of all others, and close
        them."""
        names = ready_models(agents)
        if names == self._names and any(not task.cancelling() for task in self._tasks):
            return
        self.stop()
        self._names = names
        task = asyncio.create_task(self._load(sorted(names), tuple(self._tasks)), name="preloading")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def leave_to(self, agents: Iterable[str]) -> None:
        """A match of these agents begins, which loads what it needs: don't stand in its way with any other model."""
        if not self._names <= ready_models(agents):
            self.stop()

    def stop(self) -> None:
        """End the loading. Models that are loaded stay."""
        self._names = frozenset()
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """End the loading, and wait until its processes are gone."""
        self.stop()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def _load(self, names: Iterable[str], before: Iterable[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)
        try:
            await self._models.close_others(names)
            for name in names:
                await self._models.identify(name)
                await self._models.get(name)
        except ArenaError:
            pass  # whoever plays is told what is wrong
        self._changed()


def ready_models(agents: Iterable[str]) -> frozenset[str]:
    """The models among agents, by name, whose weights are on this machine."""
    return frozenset(spec.removeprefix("llm:") for spec in agents if state_of(spec) == READY)
