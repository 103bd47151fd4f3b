"""A run, followed live: the progress of each cell, table 2 with its intervals, the marked cell's determinism."""

from __future__ import annotations

import time
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import DataTable, Static

from arena.concurrency import aside
from arena.errors import ArenaError
from arena.experiments.tournament.spec import TournamentSpec
from arena.reports.folder.files import write_folder
from arena.reports.terminal import terminal
from arena.reports.tournament import reported
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns, read_runs
from arena.reports.tournament.table2 import table2
from arena.reports.words import between, duration
from arena.session.runner import Runner
from arena.session.seats import display_name
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.tui.screens.base import RunFollower, fill
from arena.tui.widgets.after import AfterOutcome
from arena.tui.widgets.histogram import DeterminismHistogram
from arena.tui.widgets.keys_footer import KeysFooter

_NARROW = 110  # columns below which the table is kept narrow
_SLIM = 72  # columns below which the bars after each outcome are left out
_NAME = 19  # columns of a name there
_HEADINGS = ("subject", "game", "progress", "matches", "rounds/s", "net", "95%")
_SHORT = ("subject", "game", "progress", "net", "95%")


class RunScreen(RunFollower[TournamentRuns]):
    """One run. Enter opens a cell's matches. `planned` is a tournament to play here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause or go on"),
        Binding("t", "table", "Table 2"),
        Binding("f", "export", "Save figures"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, run: str | None, planned: TournamentSpec | None = None) -> None:
        super().__init__(run)
        self._planned = planned
        self._runner: Runner | None = None
        self._report: TournamentRuns | None = None
        self._rates: dict[str, float] = {}
        self._seen: dict[str, tuple[float, int]] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield DataTable(cursor_type="row", id="cells")
        yield Static(id="counted")
        with Horizontal(id="run-below"):
            yield DeterminismHistogram(2, id="histogram")
            yield AfterOutcome(id="after")
        with VerticalScroll(id="table2"):
            yield Static(id="table2-text")
        yield KeysFooter()

    async def on_mount(self) -> None:
        self.query_one("#table2").display = False
        self.query_one("#cells", DataTable).add_columns(*(_SHORT if self._narrow else _HEADINGS))
        if self._planned is not None:
            self._runner = Runner(self._planned, self.arena.store, self.arena.models, self.arena.refuse)
            self._runner.go()
            self.query_one("#title", Static).update("loading …")
        await self.follow()
        self.query_one("#cells").focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _SLIM, "narrow")

    async def look(self) -> None:
        """Show the run as it is now, once it is in the store."""
        if self._runner is not None and self._run is None:
            self._run = self._runner.run
            if self._run is None:
                return  # models are being loaded: nothing is in the store yet
        await super().look()

    def read_run(self, store: Store, run: RunRow) -> TournamentRuns:
        """The run's matches."""
        return read_runs(store, run)

    def show_run(self, run: RunRow, shown: TournamentRuns) -> None:
        """Show each cell's progress and numbers."""
        self._report = shown
        stopped = "paused" if self._runner is not None else "stopped"
        self.say_title(run, stopped=stopped, more=self._time_left(shown))
        fill(self.query_one("#cells", DataTable), [self._values(shown, cell) for cell in shown.cells])
        self._mark()
        width = max(40, self.size.width - 4)
        self.query_one("#table2-text", Static).update(terminal(table2(shown), width))
        if shown.exact and not shown.cells:  # an exact run has nothing that could be followed but its table
            self.query_one("#table2").display, self.query_one("#run-below").display = True, False

    @property
    def _narrow(self) -> bool:
        return self.app.size.width < _NARROW

    def _values(self, report: TournamentRuns, cell: CellReport) -> tuple[Text, ...]:
        """A row of the table, in fixed widths, so that nothing jumps while it is updated."""
        asked = cell.games_asked
        finished = cell.cell.done
        done = min(1.0, finished / asked) if asked else 0.0
        bar = 6 if self._narrow else 16
        filled = round(done * bar)
        word = "done" if finished >= asked else f"{done:.0%}" if finished or cell.cell.open else "waiting"
        progress = Text(f"{'█' * filled}{'·' * (bar - filled)} {word:>7}")
        rate = self._rate(cell)
        speed = Text(f"{rate:>8.0f}" if rate else " " * 8)
        estimate = cell.net
        net = Text("      –" if estimate.value is None else f"{estimate.value:>+7.1f}")
        ends = Text("      –" if estimate.interval is None else between(*estimate.interval))
        name, differs = display_name(cell.cell.spec.subject), report.differs(cell)
        if self._narrow:
            name = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
            return Text(f"{name}{differs}"), Text(cell.game.name), progress, net, ends
        matches = Text(f"{finished:>5} of {asked}")
        return Text(f"{name}{differs}"), Text(cell.game.title), progress, matches, speed, net, ends

    def _rate(self, cell: CellReport) -> float | None:
        """Rounds of finished matches per second since the previous look; None while nothing is played."""
        finished = cell.cell.done
        key, now, count = cell.cell.spec.key, time.monotonic(), finished * (cell.cell.rounds or 0)
        if self._writer is None or finished >= cell.games_asked:
            return None
        if key not in self._seen:
            self._seen[key] = (now, count)
        since, before = self._seen[key]
        if count > before and now > since:
            self._rates[key] = (count - before) / (now - since)
        return self._rates.get(key)

    def _time_left(self, report: TournamentRuns) -> str:
        left = sum(max(0, cell.games_asked - cell.cell.done) * (report.run.spec.rounds or 0) for cell in report.cells)
        rates = [rate for rate in self._rates.values() if rate]
        if self._writer is None or not rates or left <= 0:
            return ""
        return f"about {duration(left / rates[-1])} left"

    @on(DataTable.RowHighlighted, "#cells")
    def _mark(self) -> None:
        """Show the marked cell's numbers."""
        index = self.query_one("#cells", DataTable).cursor_row
        if self._report is None or index >= len(self._report.cells):
            return
        cell = self._report.cells[index]
        note = self.query_one("#counted", Static)
        note.display = bool(cell.uncounted)
        note.update(Text(f"Net and figures: {cell.uncounted}"))
        self.query_one("#histogram", DeterminismHistogram).fill(cell.determinism, len(cell.game.moves))
        self.query_one("#after", AfterOutcome).fill(cell)

    @on(DataTable.RowSelected, "#cells")
    def _open(self, event: DataTable.RowSelected) -> None:
        from arena.tui.screens.results import CellScreen

        assert self._report is not None
        self.app.push_screen(CellScreen(self._report.run.name, self._report.cells[event.cursor_row].cell))

    async def action_pause(self) -> None:
        """Pause or resume the tournament that is played here; a run of another process is only watched."""
        if self._runner is None:
            self.notify("This run isn't played here: it is only watched.", timeout=3)
        elif self._runner.playing:
            await self._runner.pause()
            self._rates.clear()
        else:
            self._runner.go()

    async def on_unmount(self) -> None:
        if self._runner is not None:
            await self._runner.pause()

    def action_table(self) -> None:
        """Show table 2 as the report prints it, or the histogram."""
        table, histogram = self.query_one("#table2"), self.query_one("#run-below")
        table.display, histogram.display = histogram.display, table.display

    async def action_export(self) -> None:
        """Write table 2 in every format and figure 4 to a folder beside the store, named after the run."""
        report = self._report
        if report is None:
            return
        out = self.arena.store.absolute().parent / f"arena-{report.run.name}"
        try:
            await aside(lambda: write_folder([reported(report)], report.runs, out))
        except ArenaError as error:
            self.arena.refuse(error)
        else:
            self.notify(f"tables and figure are in {out}", markup=False)
