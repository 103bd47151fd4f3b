"""What is done to everything between a screen and the terminal: it is legible in every theme, and harmless.

Themes come from Textual and from people's own settings too, and a colour is mixed with others by styles that dim it,
so contrast is made sure of here, where the colours are final.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, Monochrome

from arena.text import inert

LEAST_CONTRAST: Final = 4.5  # of the WCAG's level AA
_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)
_STEPS: Final = 16  # from a colour to black or white
# frames, axes, scroll bars, and what fills the empty part of a bar
_QUIET: Final = frozenset(map(chr, range(0x2500, 0x2580))) | frozenset("▁▂▃▄▅▆▇▔▏▎▍▌▋▊▉▐▕ ·")


class Shades(Monochrome):
    """Textual's filter for NO_COLOR, which by itself fails on the empty segments that a plot draws off its canvas."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in shades of grey."""
        return super().apply([segment for segment in segments if segment.style is not None], background)


class Legible(LineFilter):
    """Takes colours that don't stand out from their background towards black or white until they do."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with a contrast of at least 4.5 to 1. The colours of a terminal's own theme aren't known."""
        return [
            Segment(segment.text, _legible(segment.style, background), segment.control)
            if segment.style is not None and not _QUIET.issuperset(segment.text)
            else segment
            for segment in segments
        ]


@lru_cache(4096)
def _legible(style: Style, background: Color) -> Style:
    drawn, behind = style.color, style.bgcolor
    if style.reverse:
        drawn, behind = behind, drawn
    if drawn is None or drawn.triplet is None or (behind is not None and behind.triplet is None):
        return style
    back = background if behind is None else Color.from_rich_color(behind)
    front = _until_legible(Color.from_rich_color(drawn), back)
    found: RichColor = front.rich_color
    if found.triplet == drawn.triplet:
        return style
    return style + (Style(bgcolor=found) if style.reverse else Style(color=found))


def _until_legible(front: Color, back: Color) -> Color:
    end = _WHITE if contrast(_WHITE, back) > contrast(_BLACK, back) else _BLACK
    mixed = (front.blend(end, step / _STEPS) for step in range(_STEPS + 1))
    return next((colour for colour in mixed if contrast(colour, back) >= LEAST_CONTRAST), end)


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours as the WCAG define it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Harmless(LineFilter):
    """The last filter before the terminal: no text from a store, a server or a file can act on it. Screens write such
    characters out where they should be seen; any that a screen forgot are dropped here."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without characters that act; the app's own styles aren't part of the text."""
        return [
            segment if segment.control or segment.text.isprintable() else Segment(inert(segment.text), segment.style)
            for segment in segments
        ]
