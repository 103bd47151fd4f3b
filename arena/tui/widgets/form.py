"""What forms are made of: lines with a label, lists to choose from, and input lines. The cursor doesn't blink, because
nothing in this app does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from rich.segment import Segment
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label, Select, SelectionList

T = TypeVar("T")


class Row(Horizontal):
    """A line of a form: a label and its widgets. `kind` is the label's class."""

    def __init__(self, label: str, *widgets: Widget, kind: str | None = None) -> None:
        super().__init__(Label(label, classes=kind), *widgets)


class StillInput(Input):
    """Textual's own input line with a cursor that doesn't blink."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, compact=True, **kwargs)
        self.cursor_blink = False


class MarkedList(SelectionList[str]):
    """A list of which several may be marked. Textual tells a marked one from the others by colour alone."""

    def render_line(self, y: int) -> Strip:
        """The line, with an x or nothing where Textual always has an X."""
        line = super().render_line(y)
        at = self.scroll_offset.y + y
        if at >= self.option_count:
            return line
        is_marked = self.get_option_at_index(at).value in self.selected
        before, mark, *after = line
        return Strip([before, Segment("x" if is_marked else " ", mark.style), *after], line.cell_length)


def chooser(options: Sequence[tuple[str, T]], value: T, id: str) -> Select[T]:
    """A list from which one option is always chosen: names with their values."""
    return Select(options, value=value, allow_blank=False, compact=True, id=id)


def offer(select: Select[Any], options: Sequence[tuple[str, object]]) -> None:
    """Offer other options. The chosen one stays if it is still there, otherwise the first is chosen."""
    kept = select.value
    select.set_options(options)
    select.value = kept if kept in {value for _, value in options} else options[0][1]
