"""How many generations are aligned with at least five others, from the beginning of a text to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from arena.reports.figure import below, blank, colour, plain, points
from arena.reports.prediction.writing import SHARES, Writer, over_prompts
from arena.reports.report import Figure
from arena.reports.table import Row, plain_table
from arena.stats.skeleton import PLACES

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_TITLE: Final = "Generations aligned with at least five others, along a text"


def curve_figure(writers: Sequence[Writer]) -> Figure:
    """The figure, a line a model with the middle half of its prompts; in percent of the generations of a prompt.

    The data has the intervals over prompts too. They aren't drawn, because where one prompt holds most of what is
    shared at a place they are far wider than at its neighbours (`arena.stats.bounded`).
    """
    rows = [Row(writer.name, values) for writer in writers for values in _points(writer)]
    return Figure("anchors-curve", _TITLE, lambda: _drawn(writers), plain_table("anchors-curve", _TITLE, rows))


def _points(writer: Writer) -> list[dict[str, float | None]]:
    found: list[dict[str, float | None]] = []
    for at in range(PLACES):
        shares = writer.curve[:, at]
        estimate = over_prompts(shares.tolist(), SHARES)
        low, high = estimate.interval or (None, None)
        quarter, three_quarters = np.quantile(shares, [0.25, 0.75]).tolist() if len(shares) else (None, None)
        found.append(
            {
                "place": (at + 0.5) / PLACES,
                "share": estimate.value,
                "share_low": low,
                "share_high": high,
                "share_quarter": quarter,
                "share_three_quarters": three_quarters,
            }
        )
    return found


def _drawn(writers: Sequence[Writer]) -> Drawing:
    figure = blank(6.4, 3.8)
    axes = figure.subplots()
    for style, writer in enumerate(writers):
        known = [point for point in _points(writer) if point["share"] is not None]
        place, share, low, high = (
            100 * np.array([point[key] for point in known], dtype=float)
            for key in ("place", "share", "share_quarter", "share_three_quarters")
        )
        axes.fill_between(place, low, high, color=colour(style), alpha=0.2, linewidth=0)
        axes.plot(place, share, color=colour(style), label=plain(writer.name))
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.set_xlabel("place in the text, % of its words")
    axes.set_ylabel("generations of 100")
    axes.legend(frameon=False, fontsize=points(8), loc="lower left", bbox_to_anchor=(0, 1))
    below(figure, "Mean over prompts; half of the prompts lie in the band.")
    return figure
