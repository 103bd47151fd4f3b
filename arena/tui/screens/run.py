"""A run, followed live: the progress of each cell, table 2 with its intervals, the marked cell's determinism."""

from __future__ import annotations

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
from arena.reports.tournament import reported
from arena.reports.tournament.runs import TournamentRuns, read_runs
from arena.reports.tournament.table2 import table2
from arena.reports.words import between, duration
from arena.session.runner import Runner
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.tui.screens.base import RunFollower
from arena.tui.widgets.after import AfterOutcome
from arena.tui.widgets.cell_table import CellTable
from arena.tui.widgets.histogram import DeterminismHistogram
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.tables_text import FittingTables

_SLIM = 72  # columns below which the bars after each outcome are left out


class RunScreen(RunFollower[TournamentRuns]):
    """One run. Enter opens a cell's matches. `planned` is a tournament to play here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause"),
        Binding("space", "go_on", "Go on"),
        Binding("t", "table", "Table 2"),
        Binding("f", "export", "Save figures"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, run: str | None, planned: TournamentSpec | None = None) -> None:
        super().__init__(run)
        self._planned = planned
        self._runner: Runner | None = None
        self._report: TournamentRuns | None = None
        self._pausing = False

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield CellTable(id="cells")
        yield Static(id="counted")
        with Horizontal(id="run-below"):
            yield DeterminismHistogram(2, id="histogram")
            yield AfterOutcome(id="after")
        with VerticalScroll(id="table2"):
            yield Static(id="table2-text")
        yield KeysFooter()

    async def on_mount(self) -> None:
        self.query_one("#table2").display = False
        if self._planned is not None:
            self._runner = Runner(self._planned, self.arena.store, self.arena.models, self.arena.refuse)
            self._runner.go()
        await self.follow()
        self.query_one("#cells").focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _SLIM, "narrow")
        self._show_cells()

    async def look_now(self) -> None:
        """Show the run as it is now, once it is in the store."""
        if self._runner is not None and self._run is None:
            self._run = self._runner.run
            if self._run is None:  # models are being loaded: nothing is in the store yet
                self._answer()
                return
        await super().look_now()

    def read_run(self, store: Store, run: RunRow) -> TournamentRuns:
        """The run's matches."""
        return read_runs(store, run)

    def show_run(self, run: RunRow, shown: TournamentRuns) -> None:
        """Show each cell's progress and numbers."""
        self._report = shown
        self._say_state()
        self._show_cells()
        self.query_one("#table2-text", Static).update(FittingTables(table2(shown)))
        if shown.exact and not shown.cells:  # an exact run has nothing that could be followed but its table
            self.query_one("#table2").display, self.query_one("#run-below").display = True, False
        self.refresh_bindings()

    def _show_cells(self) -> None:
        if self._report is not None:
            self.query_one(CellTable).show(self._report, self.app.size.width, self._writer is not None)
            self._mark()

    def _say_state(self) -> None:
        """Show what the run does now, and how long it will take."""
        if self._report is None:
            if self._runner is not None:
                self.query_one("#title", Static).update("loading …" if self._runner.playing else "not begun")
            return
        stopped, running = "stopped", "running"
        if self._runner is not None:
            stopped = "going on …" if self._runner.playing else "paused"
            running = "pausing …" if self._pausing else "running"
        more = "" if self._writer is None or self._pausing else self._time_left(self._report)
        self.say_title(self._report.run, stopped=stopped, more=more, running=running)

    def _time_left(self, report: TournamentRuns) -> str:
        """As it is estimated where the run is played, or by the pace seen from here."""
        if self._runner is not None:
            return self._runner.left
        rounds = report.run.spec.rounds or 0
        left = sum(max(0, cell.games_asked * rounds - cell.cell.played) for cell in report.cells)
        rate = self.query_one(CellTable).rate
        return f"about {duration(left / rate)} left" if rate and left else ""

    @on(DataTable.RowHighlighted, "#cells")
    def _mark(self) -> None:
        """Show the marked cell's numbers."""
        index = self.query_one("#cells", DataTable).cursor_row
        if self._report is None or index >= len(self._report.cells):
            return
        cell = self._report.cells[index]
        notes = [f"Net and figures: {cell.uncounted}"] if cell.uncounted else []
        if self.query_one(CellTable).hides_interval and cell.net.interval is not None:
            notes.insert(0, f"95% of the net: {between(*cell.net.interval)}.")
        note = self.query_one("#counted", Static)
        note.display = bool(notes)
        note.update(Text(" ".join(notes)))
        self.query_one("#histogram", DeterminismHistogram).fill(cell.determinism, len(cell.game.moves))
        self.query_one("#after", AfterOutcome).fill(cell)

    @on(DataTable.RowSelected, "#cells")
    def _open(self, event: DataTable.RowSelected) -> None:
        from arena.tui.screens.results import CellScreen

        assert self._report is not None
        self.app.push_screen(CellScreen(self._report.run.name, self._report.cells[event.cursor_row].cell))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now: a run that another process plays is only watched."""
        is_played = self._runner is not None and self._runner.playing
        match action:
            case "pause":
                return is_played and not self._pausing
            case "go_on":
                return self._runner is not None and not is_played and (self._row is None or not self._row.finished)
            case "table":
                return self._report is not None and bool(self._report.cells)
            case "export":
                return self._report is not None and not self._report.nothing
        return True

    def action_pause(self) -> None:
        """Pause the tournament that is played here."""
        self._pausing = True
        self._answer()
        self.run_worker(self._pause())

    async def _pause(self) -> None:
        assert self._runner is not None
        await self._runner.pause()
        self._pausing = False
        await self.look()
        self._answer()

    def action_go_on(self) -> None:
        """Go on with it."""
        if self._runner is not None:
            self._runner.go()
            self._answer()

    def _answer(self) -> None:
        """Show at once that a key was understood."""
        self._say_state()
        self.refresh_bindings()

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
