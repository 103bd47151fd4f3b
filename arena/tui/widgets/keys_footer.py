"""The footer: the keys that work now, with Enter, the way out and `?` always among them. It takes a second line where
they don't fit into one and the screen can spare it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final, NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Button, DataTable, Select

from arena.tui.widgets.form import StillInput

_OUT: Final = ("escape", "q")  # keys that lead out of a screen
_HELP: Final = "question_mark"
_ENTER: Final = "enter"
_SPARES: Final = 24  # rows of a screen that can spare a second line


class Hint(NamedTuple):
    """A key's name, how it is written, and what it does."""

    key: str
    shown: str
    does: str

    @property
    def width(self) -> int:
        """Columns, with the spaces around both words."""
        return len(self.shown) + len(self.does) + 3


class KeysFooter(Widget):
    """Textual's own footer cuts off what doesn't fit and doesn't know what Enter does where the focus is. A click on a
    key presses it."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys-footer--key"}
    DEFAULT_CSS = """
    KeysFooter {
        dock: bottom; height: auto; text-wrap: nowrap;
        color: $footer-description-foreground; background: $footer-background;
        .keys-footer--key { color: $footer-key-foreground; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.auto_links = False  # a key looks like a key, not like a link

    def on_mount(self) -> None:
        """Keys change with the focus and with what a screen allows."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines that the keys take."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[list[Hint]]:
        return lines(list(hints(self.screen)), width, 2 if self.screen.size.height >= _SPARES else 1)

    def render(self) -> Content:
        """The keys that fit, in their order; the way to help comes last, where it is looked for."""
        style = self.get_visual_style("keys-footer--key", partial=True)
        return Content("\n").join(
            Content("").join(
                Content.assemble((f" {hint.shown} ", style), f"{hint.does} ").stylize(
                    Style.from_meta({"@click": f"app.simulate_key({hint.key!r})"})
                )
                for hint in line
            )
            for line in self._lines(self.size.width)
        )


def hints(screen: Screen[Any]) -> Iterator[Hint]:
    """A hint for each action that can be taken now on a screen, by its first key."""
    actions: dict[str, Hint] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.show and active.enabled:
            shown = screen.app.get_key_display(binding)
            actions.setdefault(binding.action, Hint(binding.key, shown, binding.description))
    pressed = enter(screen.focused)
    if pressed and not any(hint.key == _ENTER for hint in actions.values()):
        yield Hint(_ENTER, "⏎", pressed)
    yield from actions.values()


def lines(hints: Sequence[Hint], width: int, most: int) -> list[list[Hint]]:
    """As many as fit into `most` lines of `width` columns, in their order but for the way to help, which comes last.
    Those that must be there are, whatever lines they take."""
    ordered = sorted(hints, key=lambda hint: hint.key == _HELP)
    kept = [hint for hint in ordered if hint.key in (*_OUT, _HELP, _ENTER)]
    for hint in ordered:
        more = [one for one in ordered if one in kept or one == hint]
        if hint not in kept and len(_broken(more, width)) <= most:
            kept = more
    return _broken(kept, width)


def _broken(hints: Sequence[Hint], width: int) -> list[list[Hint]]:
    """The keys in lines, none of them cut."""
    found: list[list[Hint]] = [[]]
    for hint in hints:
        if found[-1] and sum(one.width for one in found[-1]) + hint.width > width:
            found.append([])
        found[-1].append(hint)
    return found


def enter(focused: Widget | None) -> str:
    """What Enter does where the focus is, for widgets whose bindings don't say it; "" for others."""
    if isinstance(focused, StillInput):
        return focused.enters
    if isinstance(focused, Button):
        return str(focused.label)
    if isinstance(focused, DataTable):
        return "Open" if focused.row_count and focused.cursor_type == "row" else ""
    return "Choose" if isinstance(focused, Select) else ""
