"""A run of an experiment that has no screen of its own: how far it is, and its tables. Follows it live."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, Static

from arena.concurrency import aside
from arena.errors import ArenaError
from arena.experiments.experiment import amount
from arena.reports.registry import reports_of
from arena.reports.terminal import terminal
from arena.store.store import Store
from arena.text import printable
from arena.tui.screens.base import ArenaScreen

LOOK_SECONDS = 1.0  # between two looks into the store while somebody writes the run


class ReportScreen(ArenaScreen):
    """One run, by name."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run
        self._looking = False
        self._over = False  # all that will ever come is shown

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        with VerticalScroll(id="report"):
            yield Static(id="tables")
        yield Footer()

    async def on_mount(self) -> None:
        await self._look()
        self.set_interval(LOOK_SECONDS, self._look)
        self.query_one("#report").focus()

    async def _look(self) -> None:
        if self._looking or self._over:
            return
        self._looking = True
        try:
            title, tables, over = await aside(_read, self.arena.store, self._run, max(40, self.size.width - 4))
        except ArenaError as error:
            self.arena.refuse(error)
            self.dismiss()
            return
        finally:
            self._looking = False
        if self.is_mounted:
            self._over = over
            self.query_one("#title", Static).update(Text(title))
            self.query_one("#tables", Static).update(tables)


def _read(path: Path, name: str, width: int) -> tuple[str, RenderableType, bool]:
    """A run's title, its tables, and whether it is finished: one that was stopped may be gone on with elsewhere."""
    with Store.open(path) as store:
        run = store.run(name)
        state = "finished" if run.finished else "stopped" if store.writer_of(run) is None else "running"
        title = f"run {run.name} · {run.spec.experiment} · {amount(run.spec)} · seed {run.spec.seed} · {state}"
        return printable(title), terminal(reports_of(store, [run])[0].tables, width), run.finished
