"""What the screens have in common: the app that they belong to, and a table that matches are played at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from arena.errors import ArenaError
from arena.experiments.tournament.cells import TooLong
from arena.experiments.tournament.sitting import Sitting
from arena.session.choice import Choice
from arena.session.pairing import Laid, lay
from arena.store.store import Store
from arena.tui.screens.fit import FitScreen

if TYPE_CHECKING:
    from arena.tui.app import ArenaApp

_PATIENCE = 0.5  # seconds that leaving a screen waits for its last round to be stored


class ArenaScreen(Screen[None]):
    """A screen of this app."""

    @property
    def arena(self) -> ArenaApp:
        """The app, with what all screens share."""
        return cast("ArenaApp", self.app)

    def show_progress(self, line: str) -> None:
        """Show a step of loading a model, in place of the one before, if a model is loaded for this screen."""

    def action_leave(self) -> None:
        """Back to where this screen was opened."""
        self.dismiss()


class TableScreen(ArenaScreen):
    """A screen at which matches are played, from when it opens until it is left; what goes wrong ends it."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice

    def on_mount(self) -> None:  # Textual calls this beside a subclass's own
        self._playing = asyncio.create_task(self._play(), name="table")

    async def on_unmount(self) -> None:
        self._playing.cancel()
        await asyncio.wait([self._playing], timeout=_PATIENCE)

    async def _play(self) -> None:
        try:
            laid = await self._lay()
            if laid is None:
                self.dismiss()
                return
            with Store.open(self.arena.store, create=True) as store:
                rounds, models = self.choice.rounds, self.arena.models
                async with Sitting(laid.cell, laid.table, rounds, laid.options, store, models) as sitting:
                    self.arena.settle_memory()
                    await self.sit(laid, sitting)
        except ArenaError as error:
            self.arena.refuse(error)
            self.dismiss()

    async def _lay(self) -> Laid | None:
        """The table, laid. A match that doesn't fit a model is changed with the person; None: they'd rather not."""
        while True:
            try:
                return await lay(self.choice, self.arena.models)
            except TooLong as error:
                if error.history < 1:
                    raise
                answer: asyncio.Future[Choice | None] = asyncio.get_running_loop().create_future()
                self.app.push_screen(FitScreen(self.choice, error), answer.set_result)
                fitting = await answer
                if fitting is None:
                    return None
                self.choice = fitting

    async def sit(self, laid: Laid, sitting: Sitting) -> None:
        """Play matches and show them. Raises ArenaError; cancelled when the screen is left."""
        raise NotImplementedError
