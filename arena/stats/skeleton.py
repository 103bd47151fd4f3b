"""The skeleton that aligned texts share: how many texts hold a word with its neighbours, where in a text that is, and
the stretches that many of them hold (the anchor spans of Li and others 2024)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.stats.alignment import WINDOW, Columns, Window

OTHERS: Final = 5  # a word is an anchor if at least so many other texts hold it (Li and others)
_KEPT: Final = 0.8  # of the texts that hold a span's most common stretch, so many hold the whole span
PLACES: Final = 50  # along a text, where the curve is taken


@dataclass(frozen=True, slots=True)
class AnchorSpan:
    """Words that stand verbatim and in the same place of the common order in several texts. `column` is that of its
    first word; `holders` are the texts that hold all of it, by number, each with the position of the first word."""

    column: int
    length: int
    holders: dict[int, int]


def others(columns: Sequence[Columns], window: int = WINDOW) -> list[NDArray[np.int64]]:
    """For each word of each text, how many other texts hold it together with its neighbours: the most that hold one of
    the stretches of `window` words that it belongs to, in the same columns and with nothing between."""
    held = Counter(stretch for text in columns for stretch in _stretches(text, window))
    found = []
    for text in columns:
        most = np.zeros(len(text), dtype=np.int64)
        for at, stretch in enumerate(_stretches(text, window)):
            here = most[at : at + window]
            np.maximum(here, held[stretch] - 1, out=here)
        found.append(most)
    return found


def curve(anchored: Sequence[NDArray[np.bool_]], places: int = PLACES) -> NDArray[np.float64]:
    """The share of texts whose word is an anchor at each of so many places, evenly spread from the beginning of a text
    to its end; shape (places,). Texts without words are left out; all NaN if there is no other."""
    texts = [text for text in anchored if len(text)]
    if not texts:
        return np.full(places, np.nan)
    along = (np.arange(places) + 0.5) / places
    return np.asarray(np.mean([text[(along * len(text)).astype(np.int64)] for text in texts], axis=0))


def spans(columns: Sequence[Columns], least: int = OTHERS + 1, window: int = WINDOW) -> list[AnchorSpan]:
    """Stretches of at least `window` words that at least `least` texts hold, in the common order. No column is in two.

    The stretch that most texts hold comes first, and grows to both sides as long as four in five of its texts, and at
    least `least`, hold all of it; then the next one among the columns that are left.
    """
    where: defaultdict[Window, dict[int, int]] = defaultdict(dict)
    for number, text in enumerate(columns):
        for at, stretch in enumerate(_stretches(text, window)):
            where[stretch][number] = at
    seeds = sorted((found for found in where.items() if len(found[1]) >= least), key=lambda one: (-len(one[1]), one[0]))
    used: set[int] = set()
    found = []
    for stretch, holders in seeds:
        if used.isdisjoint(stretch):
            span = _grown(columns, holders, window, max(least, _KEPT * len(holders)), used)
            used.update(_columns_of(columns, span).tolist())
            found.append(span)
    return sorted(found, key=lambda span: span.column)


def _stretches(text: Columns, window: int) -> list[Window]:
    plain = text.tolist()
    return [tuple(plain[at : at + window]) for at in range(len(plain) - window + 1)]


def _columns_of(columns: Sequence[Columns], span: AnchorSpan) -> Columns:
    number, at = next(iter(span.holders.items()))
    return columns[number][at : at + span.length]


def _grown(
    columns: Sequence[Columns], holders: dict[int, int], length: int, least: float, used: set[int]
) -> AnchorSpan:
    """A stretch with all words beside it that enough of its texts share: first those behind it, then those before."""
    while (next_ := _shared(columns, {text: at + length for text, at in holders.items()}, least, used)) is not None:
        holders, length = {text: at for text, at in holders.items() if text in next_}, length + 1
    while (next_ := _shared(columns, {text: at - 1 for text, at in holders.items()}, least, used)) is not None:
        holders, length = {text: at - 1 for text, at in holders.items() if text in next_}, length + 1
    text, at = next(iter(holders.items()))
    return AnchorSpan(int(columns[text][at]), length, holders)


def _shared(columns: Sequence[Columns], places: dict[int, int], least: float, used: set[int]) -> set[int] | None:
    """The texts that have the most common column at these places, if they are enough and it isn't used yet."""
    there = {text: int(columns[text][at]) for text, at in places.items() if 0 <= at < len(columns[text])}
    if not there:
        return None
    (column, often), *_ = sorted(Counter(there.values()).items(), key=lambda one: (-one[1], one[0]))
    return {text for text, one in there.items() if one == column} if often >= least and column not in used else None
