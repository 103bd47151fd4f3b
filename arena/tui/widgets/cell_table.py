"""The cells of a run, a row each: who, in what, how far, how fast, the net. No number is ever cut off."""

from __future__ import annotations

import time
from typing import Any, Final

from rich.text import Text
from textual.widgets import DataTable

from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.reports.words import between
from arena.session.seats import display_name
from arena.text import printable
from arena.tui.widgets.fill import fill

_WIDE: Final = ("subject", "game", "progress", "matches", "rounds/s", "net", "95%")
_SHORT: Final = ("subject", "game", "progress", "net", "95%")
_SLIM: Final = ("subject", "game", "done", "net")
_LEAST: Final = 8  # columns that a name keeps


def columns_of(width: int) -> tuple[str, ...]:
    """The headings for which a screen of `width` columns has room."""
    return _WIDE if width >= 110 else _SHORT if width >= 78 else _SLIM


class CellTable(DataTable[Any]):
    """Names are shortened to what the numbers leave them. Enter on a row selects it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(cursor_type="row", id=id)
        self._headings: tuple[str, ...] = ()
        self._rates: dict[str, float] = {}
        self._seen: dict[str, tuple[float, int]] = {}  # when each cell was first seen, and its rounds then

    def show(self, report: TournamentRuns, width: int, is_written: bool) -> None:
        """Show the cells as they are now on a screen of `width` columns."""
        headings = columns_of(width)
        if headings != self._headings:
            at, self._headings = self.cursor_row, headings
            self.clear(columns=True)
            self.add_columns(*headings)
        else:
            at = -1
        if not is_written:
            self._rates.clear()
            self._seen.clear()
        rows = [self._values(report, cell, is_written) for cell in report.cells]
        _shorten(rows, headings, width - self.styles.scrollbar_size_vertical)
        fill(self, [[values[heading] for heading in headings] for values in rows])
        if at > 0:
            self.move_cursor(row=at)

    @property
    def hides_interval(self) -> bool:
        """Whether there is no room for the intervals of the nets."""
        return self._headings is _SLIM

    @property
    def rate(self) -> float | None:
        """The rounds a second of the cell that is played now; None while that isn't known."""
        return next(reversed(self._rates.values()), None)

    def _values(self, report: TournamentRuns, cell: CellReport, is_written: bool) -> dict[str, Text]:
        """What each heading has to say, numbers in fixed widths so that nothing jumps."""
        asked, finished = cell.games_asked, cell.cell.done
        done = 1.0 if finished >= asked else cell.cell.played / max(1, asked * (cell.cell.rounds or 1))
        word = "done" if finished >= asked else f"{int(100 * done)}%" if cell.cell.played else "waiting"
        bar = 16 if self._headings is _WIDE else 6
        filled = int(done * bar)
        rate = self._rate(cell) if is_written else None
        estimate = cell.net
        return {
            "subject": Text(f"{display_name(cell.cell.spec.subject)}{report.differs(cell)}"),
            "game": Text(cell.game.title if self._headings is _WIDE else printable(cell.game.name)),
            "progress": Text(f"{'█' * filled}{'·' * (bar - filled)} {word:>7}"),
            "done": Text(f"{word:>7}"),
            "matches": Text(f"{finished:>5} of {asked}"),
            "rounds/s": Text(f"{rate:>8.0f}" if rate else " " * 8),
            "net": Text("      –" if estimate.value is None else f"{estimate.value:>+7.1f}"),
            "95%": Text("      –" if estimate.interval is None else between(*estimate.interval)),
        }

    def _rate(self, cell: CellReport) -> float | None:
        """Rounds a second since the cell was first seen; None if nothing is played in it."""
        key, now, count = cell.cell.spec.key, time.monotonic(), cell.cell.played
        if cell.cell.done >= cell.games_asked:
            self._rates.pop(key, None)
            return None
        since, before = self._seen.setdefault(key, (now, count))
        if count > before and now > since:
            self._rates[key] = (count - before) / (now - since)
        return self._rates.get(key)


def _shorten(rows: list[dict[str, Text]], headings: tuple[str, ...], width: int) -> None:
    """Cut the names so that all other columns fit into `width`; a column has a space on both sides."""
    others = sum(2 + max([len(heading), *(values[heading].cell_len for values in rows)]) for heading in headings[1:])
    room = max(_LEAST, width - others - 2)
    for values in rows:
        values[headings[0]].truncate(room, overflow="ellipsis")
