"""A person's own matches by name: how many, how they went, the best of them, against each opponent."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from arena.concurrency import aside
from arena.records import Outcome
from arena.session.choice import MIND_READER
from arena.session.ending.words import points
from arena.session.history import Played, Record, history, records, streak
from arena.session.seats import name_at_table
from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.widgets.fitting_table import Cell, FittingTable, Name
from arena.tui.widgets.form import Row, StillInput
from arena.tui.widgets.keys_footer import KeysFooter

_ENDED: Final = {Outcome.WIN: "won", Outcome.TIE: "tied", Outcome.LOSS: "lost"}
_WIDTH: Final = 26  # columns that a name keeps before other columns are left out
_LESSER: Final = ("best on", "most won", "in a row", "best")  # columns, as they are left out
_SEEN: Final = ", mind seen"
_DIALLED: Final = ", dialled"


class HistoryScreen(ArenaScreen):
    """The matches of whoever's name is typed, which is also the name for the next ones. s sorts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "name", "Name", key_display="/"),
        Binding("s", "sort", "Sort"),
        Binding("escape", "leave", "Lobby"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Played] = []
        self._by_net = False

    def compose(self) -> ComposeResult:
        yield Static("History", id="title", classes="title")
        name = StillInput(self.arena.preferences.name, placeholder="nobody in particular", max_length=40, id="name")
        yield Row("Your name", name)
        headings = ("against", "game", "won", "tied", "lost", "best", "in a row", "most won", "best on")
        yield FittingTable(headings, lesser=_LESSER, names={"against": _WIDTH}, cursor_type="none", id="history")
        yield Static(id="empty", classes="dim")
        yield KeysFooter()

    async def on_mount(self) -> None:
        self._all = await aside(history)
        self._show()
        self.query_one("#history").focus()

    def _show(self) -> None:
        """Show the matches of the name."""
        name = self.arena.preferences.name
        own = [match for match in self._all if match.name == name]
        rows = records(own)
        if self._by_net:
            rows.sort(key=lambda one: -one.best.net)
        self.query_one(FittingTable).show([_cells(row) for row in rows])
        parts = ["History", *filter(None, [name]), f"{len(own)} {'match' if len(own) == 1 else 'matches'}"]
        if own:
            last = streak(own)
            parts.append(f"the last {'one' if last == 1 else last} {_ENDED[own[-1].outcome]}")
        parts.append("best first" if self._by_net else "latest first")
        self.query_one("#title", Static).update(Text(printable(" · ".join(parts))))
        self.query_one("#empty", Static).update(Text(_empty(self._all) if not own else ""))

    def action_name(self) -> None:
        """Type a name."""
        self.query_one("#name").focus()

    def action_sort(self) -> None:
        """Sort by the best result, or by the time of the last match."""
        self._by_net = not self._by_net
        self._show()

    @on(Input.Submitted, "#name")
    @on(Input.Blurred, "#name")
    def _named(self, event: Input.Submitted | Input.Blurred) -> None:
        self.arena.prefer(name=event.value.strip())
        self._show()
        if isinstance(event, Input.Submitted):
            self.query_one("#history").focus()


def _cells(row: Record) -> list[Cell]:
    won, tied, lost = (Text(str(number), justify="right") for number in row.matches)
    seen = (_SEEN if row.last.me == MIND_READER else "") + (_DIALLED if row.last.mixed else "")
    against = Name(printable(name_at_table(row.last.opponent)), seen)
    best = Text(points(row.best.net), justify="right")
    streak = Text(f"{row.streak} {_ENDED[row.last.outcome]}", justify="right")
    most = Text(str(row.longest), justify="right")
    day = f"{row.best.when.astimezone():%Y-%m-%d}"
    return [against, Text(printable(row.last.game)), won, tied, lost, best, streak, most, Text(day)]


def _empty(everyone: list[Played]) -> str:
    """What to do where there is nothing to show."""
    names = sorted({match.name for match in everyone if match.name})
    others = f" Names that have some: {', '.join(map(printable, names))}." if names else ""
    return f"  No match under this name yet: play one to its end.{others}"
