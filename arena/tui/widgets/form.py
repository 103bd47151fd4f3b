"""What forms are made of: lines with a label, lists to choose from, and input lines. The cursor doesn't blink, because
nothing in this app does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select, SelectionList

T = TypeVar("T")

_OF_NUMBERS: Final = {"integer": "-0123456789", "number": "-.0123456789"}  # the characters of a field for numbers


class Row(Horizontal):
    """A line of a form: a label and its widgets. `kind` is the label's class."""

    def __init__(self, label: str, *widgets: Widget, kind: str | None = None) -> None:
        super().__init__(Label(label, classes=kind), *widgets)


class StillInput(Input):
    """Textual's own input line with a cursor that doesn't blink. In one for numbers, keys that no number is made of do
    what they do elsewhere on the screen. Escape leads to the screen's main button, which is its first one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave_field", "Leave the field")]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, compact=True, **kwargs)
        self.cursor_blink = False

    @property
    def enters(self) -> str:
        """What Enter does here, for the footer: the same as the main button. "" on a screen without one."""
        button = self._main_button
        return "" if button is None else str(button.label)

    @property
    def _main_button(self) -> Button | None:
        return next(iter(self.screen.query(Button)), None)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the field takes the key as a character."""
        taken = _OF_NUMBERS.get(self.type)
        return super().check_consume_key(key, character) and (taken is None or (character or "") in taken)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()  # Textual would refuse the character, and keep the key from the screen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """On a screen without a button, Escape does what it does there."""
        return self._main_button is not None if action == "leave_field" else True

    def action_leave_field(self) -> None:
        """Go to the main button."""
        if (button := self._main_button) is not None:
            button.focus()


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
