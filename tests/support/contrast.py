"""How well everything on a screen stands out from its background, as the WCAG define it.

It is read from what would be sent to a terminal. Text must reach 4.5 to 1, and shapes that say something (bars, block
letters, lines of a plot) 3 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.segment import Segment
from textual.color import Color
from textual.screen import ModalScreen

from arena.tui.app import ArenaApp

TEXT, SHAPE = 4.5, 3.0

# borders, axes, scroll bars, and the unfilled part of a bar
_FRAMES = set(map(chr, range(0x2500, 0x2580))) | set("▁▂▃▅▆▇▔▏▕▎▊▌▐▍▉ ·")
_SHAPES = set(map(chr, (*range(0x2580, 0x25A0), *range(0x2800, 0x2900)))) - _FRAMES


@dataclass(frozen=True, slots=True)
class Seen:
    """Something on a screen with its contrast, and what that must reach."""

    text: str
    row: int
    contrast: float
    wanted: float

    def __str__(self) -> str:
        return f"{self.text.strip()!r} in row {self.row} has {self.contrast:.2f}, not {self.wanted}"


def luminance(colour: Color) -> float:
    """The relative luminance, from 0 for black to 1 for white."""
    red, green, blue = ((v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) for v in colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """From 1 for equal colours to 21 for black on white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faint(app: ArenaApp) -> list[Seen]:
    """What doesn't stand out enough on the screen as it is now. What lies behind a dialogue doesn't count."""
    return [seen for seen in _seen(app) if seen.contrast < seen.wanted - 0.005]


def _seen(app: ArenaApp) -> Iterator[Seen]:
    for row, strip in enumerate(app.screen._compositor.render_strips(app.size)):
        column = 0
        for segment in strip:
            shown = (
                "".join(letter for at, letter in enumerate(segment.text, column) if _is_in_front(app, at, row))
                if isinstance(app.screen, ModalScreen)
                else segment.text
            )
            column += segment.cell_length
            wanted = _wanted(shown)
            if wanted:
                yield Seen(shown, row, _contrast(segment), wanted)


def _is_in_front(app: ArenaApp, column: int, row: int) -> bool:
    return app.screen.get_widget_at(column, row)[0] is not app.screen


def _wanted(text: str) -> float:
    letters = set(text) - _FRAMES - {" "}
    return TEXT if letters - _SHAPES else SHAPE if letters else 0.0


def _contrast(segment: Segment) -> float:
    style = segment.style
    assert style is not None and style.color is not None and style.bgcolor is not None, segment
    front, back = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
    if style.reverse:
        front, back = back, front
    assert not style.dim, segment  # Textual has mixed it by now
    return contrast(front, back)
