"""A table none of whose columns is cut off: those that matter least are left out where they don't fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from rich.text import Text
from textual import events
from textual.widgets import DataTable

_SPACES: Final = 2  # columns around the words of a column
_LEAST: Final = 4  # columns that a name keeps on the narrowest screen


class Name(NamedTuple):
    """A cell that may be cut, but for its `tail`, where there is no room for all of it."""

    text: str
    tail: str = ""

    def fitted(self, room: int) -> Text:
        """The name in `room` columns."""
        text = Text(self.text)
        text.truncate(max(1, room - len(self.tail)), overflow="ellipsis")
        return text.append(self.tail)


Cell = Text | Name


class FittingTable(DataTable[Text]):
    """`lesser` are the columns that go first where there is no room, in that order; they come back on a wider screen.
    `names` are the columns of names, with the width that is left to each of them before others are left out."""

    def __init__(
        self,
        headings: Sequence[str],
        *,
        lesser: Sequence[str] = (),
        names: Mapping[str, int] | None = None,
        cursor_type: Literal["row", "none"] = "row",
        id: str | None = None,
    ) -> None:
        super().__init__(cursor_type=cursor_type, id=id)
        self._headings = tuple(headings)
        self._lesser = tuple(lesser)
        self._names = dict(names or {})
        self._rows: Sequence[Sequence[Cell]] = ()

    def show(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows, each with a cell for every heading."""
        self._rows = rows
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        at = self.cursor_row
        self._draw()
        self.move_cursor(row=at)

    def _draw(self) -> None:
        room = self.app.size.width - self.styles.scrollbar_size_vertical
        widths = chosen(self._natural(), self._lesser, self._names, room)
        places = {heading: self._headings.index(heading) for heading in widths}
        self.clear(columns=True)
        self.add_columns(*widths)
        for row in self._rows:
            self.add_row(*(_fitted(row[place], widths[heading]) for heading, place in places.items()))

    def _natural(self) -> dict[str, int]:
        """The width of each column if nothing is cut."""
        return {
            heading: max([len(heading), *(_width(row[place]) for row in self._rows)])
            for place, heading in enumerate(self._headings)
        }


def chosen(natural: Mapping[str, int], lesser: Sequence[str], names: Mapping[str, int], room: int) -> dict[str, int]:
    """The columns that fit into `room`, with their widths. Names give way first, down to what `names` leaves them; then
    columns are left out, in the order of `lesser`; then names give way further."""
    least = {heading: min(width, names.get(heading, width)) for heading, width in natural.items()}
    for heading in lesser:
        if _total(least) > room:
            del least[heading]
    widths = dict(least)
    cut = [heading for heading in widths if heading in names]
    while _total(widths) > room and any(widths[heading] > max(_LEAST, len(heading)) for heading in cut):
        widths[max(cut, key=lambda heading: widths[heading] - len(heading))] -= 1
    while _total(widths) < room and (growing := [name for name in cut if widths[name] < natural[name]]):
        widths[min(growing, key=lambda name: widths[name])] += 1
    return widths


def _total(widths: Mapping[str, int]) -> int:
    return sum(width + _SPACES for width in widths.values())


def _width(cell: Cell) -> int:
    return cell.cell_len if isinstance(cell, Text) else Text(cell.text).cell_len + len(cell.tail)


def _fitted(cell: Cell, width: int) -> Text:
    return cell if isinstance(cell, Text) else cell.fitted(width)
