"""A run of an experiment that has no screen of its own: its progress and its tables, followed live."""

from __future__ import annotations

from typing import ClassVar

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from arena.reports.registry import reports_of
from arena.reports.terminal import terminal
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.tui.screens.base import RunFollower
from arena.tui.widgets.keys_footer import KeysFooter


class ReportScreen(RunFollower[RenderableType]):
    """One run."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        with VerticalScroll(id="report"):
            yield Static(id="tables")
        yield KeysFooter()

    async def on_mount(self) -> None:
        await self.follow()
        self.query_one("#report").focus()

    def read_run(self, store: Store, run: RunRow) -> RenderableType:
        """The run's tables, for this screen's width."""
        return terminal(reports_of(store, [run])[0].tables, max(40, self.size.width - 4))

    def show_run(self, run: RunRow, shown: RenderableType) -> None:
        """Show the tables."""
        self.say_title(run, run.spec.experiment)
        self.query_one("#tables", Static).update(shown)
