"""The skeleton of a prompt's generations for a page: a span says all of its words, and how many hold it, when somebody
points at it or comes to it by keyboard; and the most shared spans can be lit up alone. It needs no script."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from arena.reports.figure import colour
from arena.reports.markup import marked_up
from arena.reports.prediction.flow import Flow, Ribbon, Stop
from arena.text import printable

if TYPE_CHECKING:
    from markupsafe import Markup

# pixels
_STEP, _WIDE = 92.0, 26.0  # from one span to the next, and of a span
_LEAST: Final = 760  # of the whole picture's width, for the words at its bottom
_HIGH: Final = 220.0  # of all generations
_ABOVE, _BELOW = 104.0, 92.0  # for the words above a span, and for those that are shown at the bottom
_LINE: Final = 11.0
_LETTERS, _LINES = 15, 8  # of the words above a span
_LONG_LETTERS, _MOST_LINES = 120, 4  # of those at the bottom

LEVELS: Final = ("six generations or more", "half of them or more", "three in four or more", "nine in ten or more")
LEVEL_SHARES: Final = (0.0, 0.5, 0.75, 0.9)


def live_skeleton(key: str, title: str, found: Flow, style: int) -> Markup:
    """The markup: a choice of what is lit up, and an SVG."""
    scale = _HIGH / max(1, found.total)
    line = _ABOVE + found.top * scale
    bottom = line - found.bottom * scale
    return marked_up(
        __package__ or "",
        "live.html",
        key=key,
        title=title,
        levels=LEVELS,
        total=found.total,
        colour=colour(style),
        width=max(_LEAST, round(_STEP * len(found.stops) + 16)),
        height=round(bottom + _BELOW),
        wide=_WIDE,
        line=round(line, 1),
        stops=[_stop(at, stop, found.total, line, scale, bottom) for at, stop in enumerate(found.stops)],
        ribbons=[_ribbon(ribbon, found, line, scale, colour(style)) for ribbon in found.ribbons],
    )


def _left(at: int) -> float:
    return 8 + _STEP * at + (_STEP - _WIDE) / 2


def _stop(at: int, stop: Stop, total: int, line: float, scale: float, bottom: float) -> dict[str, Any]:
    """A span: its bar, its words above, and all of them at the bottom, to be shown when it is pointed at."""
    text = printable(stop.text)
    short = textwrap.wrap(text, _LETTERS, max_lines=_LINES, placeholder=" …")
    long = textwrap.wrap(f"{stop.held} of {total}: {text}", _LONG_LETTERS, max_lines=_MOST_LINES, placeholder=" …")
    top = line - stop.held * scale
    return {
        "text": text,
        "held": stop.held,
        "levels": [level for level, share in enumerate(LEVEL_SHARES) if stop.held >= share * total],
        "left": _left(at),
        "middle": _left(at) + _WIDE / 2,
        "top": round(top, 1),
        "high": round(line - top, 1),
        "deep": round((total - stop.held) * scale, 1),
        "inside": round((top + line) / 2 + 4, 1),
        "label": [(words, round(top - 4 - _LINE * (len(short) - 1 - at_), 1)) for at_, words in enumerate(short)],
        "more": [(words, round(bottom + 24 + 1.3 * _LINE * at_, 1)) for at_, words in enumerate(long)],
    }


def _ribbon(ribbon: Ribbon, found: Flow, line: float, scale: float, shade: str) -> dict[str, str]:
    left, right = _left(ribbon.at) + _WIDE, _left(ribbon.at + 1)
    middle = (left + right) / 2
    low, other = (line - edge * scale for edge in ribbon.low)
    high, another = low - ribbon.many * scale, other - ribbon.many * scale
    path = (
        f"M{left:.1f},{low:.1f} C{middle:.1f},{low:.1f} {middle:.1f},{other:.1f} {right:.1f},{other:.1f} "
        f"L{right:.1f},{another:.1f} C{middle:.1f},{another:.1f} {middle:.1f},{high:.1f} {left:.1f},{high:.1f} Z"
    )
    one, next_ = found.stops[ribbon.at].text, found.stops[ribbon.at + 1].text
    ways = {
        (True, True): f"hold both “{one}” and “{next_}”",
        (True, False): f"hold “{one}”, and not “{next_}”",
        (False, True): f"hold “{next_}”, and not “{one}”",
        (False, False): f"hold neither “{one}” nor “{next_}”",
    }
    said = f"{ribbon.many} of {found.total} generations {ways[ribbon.leave, ribbon.reach]}"
    return {"path": path, "fill": shade if ribbon.leave else "#b3b3b3", "said": said}
