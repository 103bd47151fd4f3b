"""What screens have in common: the app that they belong to, looking again and again, following a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from rich.text import Text
from textual import events, on
from textual._styles_cache import StylesCache
from textual.screen import Screen
from textual.widgets import Static

from arena.experiments.registry import amount
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable
from arena.tui.copying import text_of
from arena.tui.own_keys import Rebindable

if TYPE_CHECKING:
    from arena.tui.app import ArenaApp

T = TypeVar("T")


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

    @on(events.Unmount)
    def _free_lines(self) -> None:
        forget_drawn()

    def action_leave(self) -> None:
        """Go back to where this screen was opened."""
        self.dismiss()


def forget_drawn() -> None:
    """Free the drawn lines of widgets that were removed. Textual remembers two colours for each of the last 1,024
    widgets by the widget's own cache, and so holds all its lines: about a MiB for each show that is left."""
    StylesCache.get_inner_outer.cache_clear()


class LookingScreen(ArenaScreen):
    """A screen that shows what somebody else writes, as it is now: it looks again and again."""

    seconds: ClassVar[float] = 1.0  # between two looks
    _looking = False

    async def follow(self) -> None:
        """Look now, and again and again from now on."""
        await self.look()
        self.set_interval(self.seconds, self.look)

    async def look(self) -> None:
        """Look, unless a look is under way: a store may take longer than the time between two."""
        if not self._looking:
            self._looking = True
            try:
                await self.look_now()
            finally:
                self._looking = False

    async def look_now(self) -> None:
        """Show what there is now."""
        raise NotImplementedError


class RunFollower(LookingScreen, Generic[T]):
    """A screen that shows a run, by name (None: the one begun last), and follows it live until it is complete."""

    def __init__(self, run: str | None) -> None:
        super().__init__()
        self._run = run
        self._row: RunRow | None = None
        self._writer: int | None = None  # the process that writes it, None if none does

    @property
    def is_written(self) -> bool:
        """Whether somebody was writing the run at the last look."""
        return self._writer is not None

    async def look_now(self) -> None:
        """Show the run, unless its end is shown: a stopped run may be continued elsewhere."""
        if self._row is not None and self._row.finished and self._writer is None:
            return
        found = await self.arena.from_store(self._read)
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
