"""What screens have in common: the app that they belong to, following a run, playing a pairing."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from rich.text import Text
from textual.screen import Screen
from textual.widgets import Static

from arena.errors import ArenaError
from arena.experiments.registry import amount
from arena.experiments.tournament.cells import TooLong
from arena.experiments.tournament.sitting import Sitting
from arena.session.choice import Choice
from arena.session.pairing import Prepared, prepare
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable
from arena.tui.copying import text_of
from arena.tui.own_keys import Rebindable
from arena.tui.screens.fit import FitScreen

if TYPE_CHECKING:
    from arena.tui.app import ArenaApp

T = TypeVar("T")

_PATIENCE = 0.5  # seconds that leaving a screen waits for its last round to be stored
_LOOK_SECONDS = 1.0  # between two looks at a run that is being written


class ArenaScreen(Rebindable, Screen[None]):
    """A screen of this app."""

    @property
    def arena(self) -> ArenaApp:
        """The app, with what all screens share."""
        return cast("ArenaApp", self.app)

    def show_progress(self, line: str) -> None:
        """Show a step of loading a model, in place of the previous one, if a model is loaded for this screen."""

    def own_keys(self) -> list[tuple[str, str]]:
        """Keys that this screen handles beside its bindings, with what each does, for the help."""
        return []

    def copied(self) -> str:
        """What the screen is about, as text for the clipboard."""
        return text_of(self)

    def action_leave(self) -> None:
        """Go back to where this screen was opened."""
        self.dismiss()


class RunFollower(ArenaScreen, Generic[T]):
    """A screen that shows a run, by name (None: the one begun last), and follows it live until it is complete."""

    def __init__(self, run: str | None) -> None:
        super().__init__()
        self._run = run
        self._row: RunRow | None = None
        self._writer: int | None = None  # the process that writes it, None if none does
        self._looking = False

    @property
    def is_written(self) -> bool:
        """Whether somebody was writing the run at the last look."""
        return self._writer is not None

    async def follow(self) -> None:
        """Show the run now, and every second from now on."""
        await self.look()
        self.set_interval(_LOOK_SECONDS, self.look)

    async def look(self) -> None:
        """Show the run as it is now, unless its end is shown: a stopped run may be continued elsewhere."""
        if self._looking or (self._row is not None and self._row.finished and self._writer is None):
            return
        self._looking = True
        try:
            found = await self.arena.from_store(self._read)
        finally:
            self._looking = False
        if found is None:
            self.dismiss()
        elif self.is_mounted:
            self._row, self._writer, shown = found
            self._run = self._row.name
            self.show_run(self._row, shown)

    def _read(self, store: Store) -> tuple[RunRow, int | None, T]:
        run = store.run(self._run)
        return run, store.writer_of(run), self.read_run(store, run)

    def read_run(self, store: Store, run: RunRow) -> T:
        """Read what the screen shows of the run. Called in the background; raises ArenaError."""
        raise NotImplementedError

    def show_run(self, run: RunRow, shown: T) -> None:
        """Show the result of `read_run`."""
        raise NotImplementedError

    def say_title(
        self, run: RunRow, what: str = "", stopped: str = "stopped", more: str = "", running: str = "running"
    ) -> None:
        """Show the heading: which run, of what, how much, how far it is; `running` is the word if somebody writes it,
        `stopped` if nobody does."""
        state = "finished" if run.finished else stopped if self._writer is None else running
        parts = (f"run {run.name}", what, amount(run.spec), f"seed {run.spec.seed}", state, more)
        self.query_one("#title", Static).update(Text(printable(" · ".join(filter(None, parts)))))


class PairingScreen(ArenaScreen):
    """A screen on which matches are played from when it opens until it is left. An error ends it."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice

    def on_mount(self) -> None:  # Textual calls this in addition to a subclass's own
        self._playing = asyncio.create_task(self._play(), name="matches")

    async def on_unmount(self) -> None:
        self._playing.cancel()
        await asyncio.wait([self._playing], timeout=_PATIENCE)

    async def _play(self) -> None:
        try:
            prepared = await self._prepare()
            if prepared is None:
                self.dismiss()
                return
            with (
                Store.open(self.arena.store, create=True) as store,
                closing(Sitting(prepared.cell, prepared.pairing, self.choice.rounds, prepared.run, store)) as sitting,
            ):
                self.arena.settle_memory()
                await self.sit(prepared, sitting)
        except ArenaError as error:
            self.arena.refuse(error)
            self.dismiss()

    async def _prepare(self) -> Prepared | None:
        """The pairing. If the match doesn't fit a model, the person is asked to change it; None if they decline."""
        while True:
            try:
                return await prepare(self.choice, self.arena.models)
            except TooLong as error:
                if error.history < 1:
                    raise
                answer: asyncio.Future[Choice | None] = asyncio.get_running_loop().create_future()
                self.app.push_screen(FitScreen(self.choice, error), answer.set_result)
                fitting = await answer
                if fitting is None:
                    return None
                self.choice = fitting

    async def sit(self, prepared: Prepared, sitting: Sitting) -> None:
        """Play matches and show them. Raises ArenaError; cancelled when the screen is left."""
        raise NotImplementedError
