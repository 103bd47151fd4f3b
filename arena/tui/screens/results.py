"""What is in the store: runs, and the matches of a cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Input, Static

from arena.session.ending.words import points
from arena.session.listing import SORTED, Listed, chosen, listed
from arena.session.seats import display_name
from arena.store.rows import CellRow, RunRow
from arena.text import printable
from arena.tui.screens.anchors import AnchorsScreen
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.numbers_run import NumbersRunScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.screens.report import ReportScreen
from arena.tui.screens.run import RunScreen
from arena.tui.widgets.fitting_table import Cell, FittingTable, Name
from arena.tui.widgets.form import StillInput
from arena.tui.widgets.keys_footer import KeysFooter

_HEADINGS: Final = ("began", "who", "against", "net", "game or task", "state", "kind", "played", "run")
_LESSER: Final = ("run", "played", "kind", "state", "game or task")  # columns, as they are left out
_NAMES: Final = {"who": 18, "against": 18, "game or task": 18}  # what each keeps before columns are left out
_SCREENS: Final[dict[str, Callable[[str], ArenaScreen]]] = {
    "tournament": RunScreen,
    "match": RunScreen,
    "numbers": NumbersRunScreen,
    "anchors": AnchorsScreen,
}


class ResultsScreen(ArenaScreen):
    """All runs in the store, the latest first. Enter opens one, / filters by words, s sorts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("s", "sort", "Sort"),
        Binding("escape", "leave", "Lobby"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._listed: list[Listed] = []
        self._rows: list[Listed] = []  # those shown
        self._order = next(iter(SORTED))

    def compose(self) -> ComposeResult:
        yield Static("Results", id="title", classes="title")
        yield StillInput(placeholder="words that a run must contain: a player, a game, a day", id="filter")
        yield FittingTable(_HEADINGS, lesser=_LESSER, names=_NAMES, id="runs")
        yield Static(id="empty", classes="dim")
        yield KeysFooter()

    async def on_mount(self) -> None:
        self.query_one("#filter").display = False
        path = self.arena.store
        self._listed = (await self.arena.from_store(listed) if path.exists() else None) or []
        self._show()
        if not self._listed:
            self.query_one("#empty", Static).update(
                Text(f"  {path} holds no run yet: play a match, or start a tournament in the lobby.")
            )
        self.query_one("#runs").focus()

    def _show(self) -> None:
        words = self.query_one("#filter", Input).value
        rows = self._rows = chosen(self._listed, words, self._order)
        self.query_one("#runs", FittingTable).show([_cells(one) for one in rows])
        some = f" · {len(rows)} of {len(self._listed)}: {words}" if words else ""
        self.query_one("#title", Static).update(Text(printable(f"Results · {self._order}{some}")))
        self.refresh_bindings()

    def action_filter(self) -> None:
        """Type words that a run must contain."""
        typed = self.query_one("#filter", Input)
        typed.display = True
        typed.focus()

    def action_sort(self) -> None:
        """Sort by the next of the orders."""
        orders = list(SORTED)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._show()

    def action_leave(self) -> None:
        """Show all runs again, or leave."""
        typed = self.query_one("#filter", Input)
        if not typed.display:
            self.dismiss()
            return
        typed.value = ""
        typed.display = False
        self._show()
        self.query_one("#runs").focus()

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        self._show()

    @on(Input.Submitted, "#filter")
    def _filtered(self) -> None:
        self.query_one("#runs").focus()

    @on(DataTable.RowSelected, "#runs")
    def _open(self, event: DataTable.RowSelected) -> None:
        self.app.push_screen(run_screen(self._rows[event.cursor_row].run))


def _cells(one: Listed) -> list[Cell]:
    """A run's row; long names may be cut, because the run's own screen has them whole."""
    net = Text("" if one.net is None else points(one.net), justify="right")
    who, against, what = (Name(printable(name)) for name in (one.who, one.against, one.what))
    after = (Text(printable(text)) for text in (one.state, one.kind, one.amount, one.name))
    return [Text(one.began), who, against, net, what, *after]


def run_screen(run: RunRow) -> ArenaScreen:
    """The screen that shows a run: its experiment's own if it has one, otherwise its tables."""
    return _SCREENS.get(run.spec.experiment, ReportScreen)(run.name)


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
            net = Text(points(100 * row.net / row.rounds), justify="right")
            table.add_row(str(row.number), str(row.rounds), net, row.state, key=str(row.number))
        if not rows:
            self.query_one("#empty", Static).update("  No match has a round yet.")
        self.refresh_bindings()
        table.focus()

    @on(DataTable.RowSelected, "#matches")
    def _open(self, event: DataTable.RowSelected) -> None:
        self.app.push_screen(ReplayScreen(self._cell, int(str(event.row_key.value))))
