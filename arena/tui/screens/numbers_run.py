"""A run of numbers, followed live: who drew what, how far from uniform that is, and the bars of each cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

from arena.concurrency import aside
from arena.reports.cautions import cautions, families_of
from arena.reports.settings import settings_of
from arena.session.numbers_store import StoredCell, read_stored
from arena.session.numbers_words import expected, prepare
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.tui.screens.base import ArenaScreen, RunFollower
from arena.tui.widgets.fill import fill
from arena.tui.widgets.fitting_table import chosen
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.numbers_view import NumbersView

_ROOMY = 110  # columns from which tasks are called by their titles
_NAMES = {"player": 17}  # columns that a name keeps before columns of numbers are left out
_NUMBERS = {"answers": 7, "chi-square": 10, "exact": 8, "most": 4, "rejected": 8}  # columns of numbers, their widths
_LESSER = ("answers", "exact", "rejected", "asked", "task")  # columns, as they are left out where there is no room
_LEAST_VIEW = 12  # lines that the bars need


class NumbersRunScreen(RunFollower[list[StoredCell]]):
    """One run, with the marked cell's bars below; Enter opens them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, run: str | None) -> None:
        super().__init__(run)
        self._cells: list[StoredCell] = []
        self._widths: dict[str, int] = {}  # of the columns
        self._cautions = ""

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield DataTable(cursor_type="row", id="task-cells")
        yield Static(id="families", classes="dim")
        yield NumbersView(id="view")
        yield KeysFooter()

    async def on_mount(self) -> None:
        self.query_one("#view").display = False
        await aside(prepare)
        await self.follow()
        self.query_one("#task-cells").focus()

    def on_resize(self, event: events.Resize) -> None:
        self._show_cells()
        self._mark()

    def read_run(self, store: Store, run: RunRow) -> list[StoredCell]:
        """The run's cells with their answers counted."""
        return read_stored(store, run, self._cells)

    def show_run(self, run: RunRow, shown: list[StoredCell]) -> None:
        """Show a row per cell, with the cautions for showing them side by side."""
        self._cells = shown
        self.say_title(run, ", ".join(dict.fromkeys(cell.task for cell in shown)))
        self._show_cells()
        families = families_of(cell.cell.spec.subject for cell in shown)
        self._cautions = " ".join(cautions([settings_of(run, cell.cell.spec) for cell in shown], families))
        note = self.query_one("#families", Static)
        note.display = bool(self._cautions)
        note.update(Text(self._cautions))
        self._mark()

    def _show_cells(self) -> None:
        """Show the columns that fit, without those that are empty or the same in all cells."""
        several = len({cell.task for cell in self._cells}) > 1
        asked = [("task", several), ("asked", any(cell.asked for cell in self._cells))]
        columns = ("player", *(name for name, shown in asked if shown), *_NUMBERS)
        roomy = self.app.size.width >= _ROOMY
        rows = [{column: _value(cell, column, roomy) for column in columns} for cell in self._cells]
        table = self.query_one("#task-cells", DataTable)
        natural = {column: max([len(column), *(row[column].cell_len for row in rows)]) for column in columns}
        widths = chosen(natural, _LESSER, _NAMES, self.app.size.width - table.styles.scrollbar_size_vertical)
        if widths.keys() != self._widths.keys():
            at = table.cursor_row
            table.clear(columns=True)
            table.add_columns(*(f"{name:>{_NUMBERS[name]}}" if name in _NUMBERS else name for name in widths))
        else:
            at = -1
        self._widths = widths
        for row in rows:
            row["player"].truncate(widths["player"], overflow="ellipsis")
        fill(table, [[row[column] for column in widths] for row in rows])
        if at > 0:
            table.move_cursor(row=at)

    @on(DataTable.RowHighlighted, "#task-cells")
    def _mark(self) -> None:
        """Show the marked cell's bars, if there is room."""
        if not self._cells:
            return
        view, table = self.query_one(NumbersView), self.query_one("#task-cells", DataTable)
        above = 1 + min(table.row_count + 1, self.size.height // 2)
        if self.query_one("#families").display:
            above += math.ceil(len(self._cautions) / max(1, self.size.width - 2))
        room = self.size.height - above - 2
        cell = self._cells[min(table.cursor_row, len(self._cells) - 1)]
        view.display = room >= _LEAST_VIEW and cell.tally is not None
        if view.display:
            show(view, cell)

    @on(DataTable.RowSelected, "#task-cells")
    def _open(self, event: DataTable.RowSelected) -> None:
        cell = self._cells[event.cursor_row]
        if cell.tally is None:
            self.notify("This task has no values to count.", timeout=3)
        else:
            self.app.push_screen(NumbersCellScreen(self._cells, cell))


class NumbersCellScreen(ArenaScreen):
    """One cell's bars. Left and right go to other cells."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", "Cell before"),
        Binding("right", "go(1)", "Next cell"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, cells: Sequence[StoredCell], first: StoredCell) -> None:
        super().__init__()
        self._cells = [cell for cell in cells if cell.tally is not None]
        self._at = self._cells.index(first)

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield NumbersView(id="view")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.call_after_refresh(self._draw)  # the view knows its size by then

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        cell = self._cells[self._at]
        assert cell.tally is not None
        wanted = f"{cell.wanted:,}"
        at = f"{cell.tally.valid:>{len(wanted)},} of {wanted}"
        parts = [cell.player, at, cell.asked, cell.task]
        self.query_one("#title", Static).update(Text(" · ".join(part for part in parts if part)))
        show(self.query_one(NumbersView), cell)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show in the footer only what can be done now."""
        return len(self._cells) > 1 if action == "go" else True

    def action_go(self, step: int) -> None:
        """Go to the next or the previous cell."""
        self._at = (self._at + step) % len(self._cells)
        self._draw()


def show(view: NumbersView, cell: StoredCell) -> None:
    """Show a cell's bars, as they are in the store."""
    assert cell.tally is not None
    view.fill(cell.tally, cell.exact)
    view.tell(cell.tally, cell.exact, cell.cell.spec.is_person)


def _value(cell: StoredCell, column: str, roomy: bool) -> Text:
    """An entry of the table: numbers aligned right, in fixed widths."""
    if column == "player":
        return Text(cell.player)
    if column == "task":
        return Text(cell.task if roomy else cell.cell.spec.what)
    if column == "asked":
        return Text(cell.asked)
    return Text(f"{_number(cell, column):>{_NUMBERS[column]}}")


def _number(cell: StoredCell, column: str) -> str:
    tally, exact = cell.tally, cell.exact
    if column == "answers":
        return f"{cell.cell.done:,}"
    if column == "exact":
        return "–" if exact is None else expected(exact, cell.wanted)
    if column == "most":
        return cell.most or "–"
    drawn = 0 if tally is None else tally.valid + tally.rejected
    if tally is None or not drawn:
        return "–"
    if column == "rejected":
        return f"{tally.rejected / drawn:.1%}"
    return f"{tally.drawn.curve[-1]:,.1f}" if tally.drawn.curve else "–"
