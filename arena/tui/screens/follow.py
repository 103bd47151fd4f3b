"""The run that was begun last: waited for until there is one, and left for the next one when it is over."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from arena.concurrency import aside
from arena.errors import StoreError
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable
from arena.tui.screens.base import ArenaScreen, LookingScreen, RunFollower
from arena.tui.screens.results import run_screen
from arena.tui.widgets.keys_footer import KeysFooter


class FollowScreen(LookingScreen):
    """Lies under the screen of the run that it shows."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Lobby")]

    def __init__(self) -> None:
        super().__init__()
        self._run = ""  # of the run that is shown
        self._shown: ArenaScreen | None = None

    def compose(self) -> ComposeResult:
        yield Static("Waiting for a run", classes="title")
        yield Static(id="waiting")
        yield KeysFooter()

    async def on_mount(self) -> None:
        await self.follow()

    async def look_now(self) -> None:
        """Show the run that was begun last, or say that there is none."""
        try:
            latest = await aside(_latest, self.arena.store) if self.arena.store.exists() else None
        except StoreError as error:  # it may be about to be made
            self._say(f"{error}.")
        else:
            if latest is not None:
                self._show(latest)
            elif self._shown is None:
                self._say(f"{self.arena.store} has no run yet. The next one is shown here as soon as it begins.")

    def _show(self, run: RunRow) -> None:
        """Show a run, unless the one before is still written, or somebody looks more closely at that."""
        if run.name == self._run:
            return
        if self._shown is not None:
            if self.app.screen is not self._shown or (isinstance(self._shown, RunFollower) and self._shown.is_written):
                return
            self._run = run.name
            self._shown.dismiss()
        self._run, self._shown = run.name, run_screen(run)
        self.app.push_screen(self._shown, lambda _: self._left(run.name))

    def _left(self, name: str) -> None:
        """Somebody left the run that is shown, and so this screen."""
        if name == self._run:
            self.dismiss()

    def _say(self, line: str) -> None:
        self.query_one("#waiting", Static).update(Text(f"  {printable(line)}"))


def _latest(path: Path) -> RunRow | None:
    with Store.open(path) as store:
        return next(reversed(store.runs()), None)
