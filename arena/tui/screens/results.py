"""What is in the store: runs, and the matches of a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

from arena.experiments.registry import amount
from arena.reports.settings import differences, of_run
from arena.session.seats import display_name
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store
from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.numbers_run import NumbersRunScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.screens.report import ReportScreen
from arena.tui.screens.run import RunScreen
from arena.tui.widgets.keys_footer import KeysFooter

_SCREENS: Final[dict[str, Callable[[str], ArenaScreen]]] = {
    "tournament": RunScreen,
    "match": RunScreen,
    "numbers": NumbersRunScreen,
}


class ResultsScreen(ArenaScreen):
    """All runs in the store, the latest first. Enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Lobby")]

    def compose(self) -> ComposeResult:
        yield Static("Results", classes="title")
        yield DataTable(cursor_type="row", zebra_stripes=False, id="runs")
        yield Static(id="empty", classes="dim")
        yield KeysFooter()

    async def on_mount(self) -> None:
        table = self.query_one("#runs", DataTable)
        table.add_columns("run", "kind", "state", "played", "who")
        path = self.arena.store
        rows = (await self.arena.from_store(_runs) if path.exists() else None) or []
        self._found = {run.name: run for run, _ in rows}
        differs = _differences([run for run, _ in rows])
        for run, state in rows:
            who = f"{_who(run)}{differs[run.name]}"
            table.add_row(
                *map(Text, map(printable, (run.name, run.spec.experiment, state, amount(run.spec), who))), key=run.name
            )
        if not rows:
            self.query_one("#empty", Static).update(
                Text(f"  {path} holds no run yet: play a match, or start a tournament in the lobby.")
            )
        table.focus()

    @on(DataTable.RowSelected, "#runs")
    def _open(self, event: DataTable.RowSelected) -> None:
        self.app.push_screen(run_screen(self._found[str(event.row_key.value)]))


def run_screen(run: RunRow) -> ArenaScreen:
    """The screen that shows a run: its experiment's own if it has one, otherwise its tables."""
    return _SCREENS.get(run.spec.experiment, ReportScreen)(run.name)


def _who(run: RunRow) -> str:
    return ", ".join(dict.fromkeys(display_name(cell.subject) for cell in run.spec.cells))


def _differences(runs: Sequence[RunRow]) -> dict[str, str]:
    """By name, what distinguishes each run from others of the same kind with the same players."""
    alike: dict[tuple[str, str], list[RunRow]] = {}
    for run in runs:
        alike.setdefault((run.spec.experiment, _who(run)), []).append(run)
    found: dict[str, str] = {}
    for group in alike.values():
        said = differences([of_run(run) for run in group], shown=("rounds_asked",))
        found |= zip((run.name for run in group), said, strict=True)
    return found


def _runs(store: Store) -> list[tuple[RunRow, str]]:
    """All runs with their progress, the latest first."""
    return [
        (run, "finished" if run.finished else "running" if store.writer_of(run) is not None else "stopped")
        for run in reversed(store.runs())
    ]


class CellScreen(ArenaScreen):
    """The matches of one cell. Enter replays one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, run: str, cell: CellRow) -> None:
        super().__init__()
        self._run = run
        self._cell = cell

    def compose(self) -> ComposeResult:
        spec = self._cell.spec
        who = f"{display_name(spec.subject)} against {display_name(spec.opponent)}"
        yield Static(Text(f"{self._run} · {spec.what} · {who}"), classes="title")
        yield DataTable(cursor_type="row", id="matches")
        yield Static(id="empty", classes="dim")
        yield KeysFooter()

    async def on_mount(self) -> None:
        table = self.query_one("#matches", DataTable)
        table.add_columns("match", "rounds", "net", "state")
        rows = await self.arena.from_store(lambda store: store.matches(self._cell)) or []
        for row in rows:
            net = Text(f"{100 * row.net / row.rounds:+.0f}", justify="right")
            table.add_row(str(row.number), str(row.rounds), net, row.state, key=str(row.number))
        if not rows:
            self.query_one("#empty", Static).update("  No match has a round yet.")
        table.focus()

    @on(DataTable.RowSelected, "#matches")
    def _open(self, event: DataTable.RowSelected) -> None:
        self.app.push_screen(ReplayScreen(self._cell, int(str(event.row_key.value))))
