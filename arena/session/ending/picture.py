"""The end of a match as a picture for others to see: its result, the running score, how foreseeable both sides were."""

from __future__ import annotations

import textwrap
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from arena.records import Outcome
from arena.reports.figure import plain, rendered
from arena.session.ending.ending import Ending
from arena.session.ending.words import gave_away, headline, perfect, table
from arena.text import inert

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# the app's dark theme, whose two colours are distinct for every kind of colour blindness
_GROUND: Final = "#101418"
_INK: Final = "#e6e6e6"
_QUIET: Final = "#9aa4ae"
_ME: Final = "#56b4e9"
_OTHER: Final = "#e69f00"
_LETTERS: Final = {Outcome.WIN: ("W", "#3fbf8f"), Outcome.TIE: ("T", _INK), Outcome.LOSS: ("L", "#ff7a5c")}
_WIDE: Final = 96  # letters in a line of sentences
_MOST: Final = 3  # lines of them
_MANY: Final = 40  # rounds above which the running score is a line without letters


def picture(ending: Ending) -> dict[str, bytes]:
    """The picture as bytes, by format: "svg" and "png", 1200 by 630 points there. Loads matplotlib."""
    made = rendered(lambda: _draw(ending))
    return {format: made[format] for format in ("svg", "png")}


def _draw(ending: Ending) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3.9375), facecolor=_GROUND)
    figure.text(0.05, 0.87, _said(headline(ending)), color=_INK, fontsize=21, fontweight="bold")
    figure.text(0.05, 0.79, _said(table(ending)), color=_QUIET, fontsize=9.5)
    _score(figure.add_axes((0.09, 0.34, 0.45, 0.34)), ending)
    _bars(figure.add_axes((0.63, 0.34, 0.30, 0.34)), ending)
    lines = [line for text in (gave_away(ending), perfect(ending)) for line in textwrap.wrap(text, _WIDE)]
    for at, line in enumerate(lines[:_MOST]):
        figure.text(0.05, 0.175 - 0.052 * at, _said(line), color=_INK, fontsize=9.5)
    figure.text(0.95, 0.035, "Arena: how predictable are you?", color=_QUIET, fontsize=8, ha="right")
    return figure


def _said(text: str) -> str:
    return plain(inert(text))


def _score(axes: Any, ending: Ending) -> None:
    """Rounds won minus rounds lost, round by round, with a letter for each outcome."""
    sums = list(accumulate(ending.outcomes))
    numbers = range(1, len(sums) + 1)
    axes.axhline(0, color=_QUIET, linewidth=0.8, linestyle="--")
    axes.plot([0, *numbers], [0, *sums], color=_ME, linewidth=1.6)
    if len(sums) <= _MANY:
        for number, total, outcome in zip(numbers, sums, ending.outcomes, strict=True):
            letter, colour = _LETTERS[outcome]
            spot = {"facecolor": _GROUND, "edgecolor": "none", "pad": 0.6}
            axes.text(
                number, total, letter, color=colour, fontsize=8, fontweight="bold", ha="center", va="center", bbox=spot
            )
    axes.set_title("rounds won minus rounds lost", color=_QUIET, fontsize=8.5, loc="left")
    axes.margins(x=0.03, y=0.18)
    axes.locator_params(integer=True, nbins=5)
    _bare(axes)


def _bars(axes: Any, ending: Ending) -> None:
    """How foreseeable each side was, beside chance."""
    for at, (side, colour) in enumerate(((ending.other, _OTHER), (ending.me, _ME))):
        share = side.foreseen
        name = side.name if len(side.name) <= 30 else f"{side.name[:29]}…"
        axes.text(0.0, at + 0.34, _said(name), color=_INK, fontsize=8.5, va="bottom")
        if share is not None:
            axes.barh(at, share, height=0.5, color=colour)
        axes.text(
            (share or 0) + 0.02, at, "–" if share is None else f"{share:.0%}", color=_INK, fontsize=9, va="center"
        )
    axes.vlines([ending.me.chance] * 2, [-0.4, 0.7], [0.3, 1.3], color=_INK, linewidth=1.0, linestyle=":")
    axes.text(ending.me.chance, -0.5, "chance", color=_INK, fontsize=8, ha="center", va="top")
    axes.set_title("foreseeable", color=_QUIET, fontsize=8.5, loc="left")
    axes.set_xlim(0, 1.15)
    axes.set_ylim(-0.4, 1.7)
    _bare(axes)
    axes.set_xticks([])
    axes.set_yticks([])


def _bare(axes: Any) -> None:
    axes.set_facecolor(_GROUND)
    axes.tick_params(colors=_QUIET, labelsize=8, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
