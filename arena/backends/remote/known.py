"""What is known of a distribution whose likeliest tokens a server has told, and draws from it.

A draw with the uniform number u in [0, 1) takes the known tokens first, in ascending order of their ids, by inverse CDF
in float64. Where u lies beyond them, one of the others is drawn, which a server must do: it is asked for a token with
the known ones excluded. The order is not that of a backend that sees the whole row, so equal numbers draw different
tokens here and there; the distribution is the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.backends.remote.answers import Numbers

_MOST_REMEMBERED: Final = 8192


class Known:
    """The tokens of a distribution that are known, and what they have of its probability."""

    def __init__(self, numbers: Numbers, vocabulary: int) -> None:
        told = numbers.told
        self.numbers = numbers
        tokens: NDArray[np.int64] = np.fromiter(told.keys(), dtype=np.int64, count=len(told))
        order = np.argsort(tokens)
        weights = np.exp(np.fromiter(told.values(), dtype=np.float64, count=len(told)))[order]
        self._tokens = tokens[order]
        self._cumulative = np.cumsum(weights)
        # of a whole distribution, and of probabilities that exceed 1 by rounding, nothing is left for others
        total = float(self._cumulative[-1])
        self._whole = len(told) == vocabulary or total >= 1.0
        self._total = total if self._whole else 1.0

    @property
    def tokens(self) -> tuple[int, ...]:
        """The known tokens, in ascending order."""
        return tuple(self._tokens.tolist())

    def draw(self, uniform: float) -> int | None:
        """The token at `uniform` in [0, 1), or None if it is one of those that aren't known."""
        place = int(np.searchsorted(self._cumulative, uniform * self._total, side="right"))
        if self._whole:  # rounding must not lead past the last token that has any weight
            place = min(place, int(np.searchsorted(self._cumulative, self._total, side="left")))
        return int(self._tokens[place]) if place < len(self._tokens) else None


class Memory:
    """The distributions last asked for, by place, in case another match comes there."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Known] = OrderedDict()

    def __contains__(self, place: Hashable) -> bool:
        return place in self._known

    def get(self, place: Hashable) -> Known | None:
        """What is known there."""
        known = self._known.get(place)
        if known is not None:
            self._known.move_to_end(place)
        return known

    def keep(self, place: Hashable, known: Known) -> None:
        """Remember it; the one that was not needed for longest is forgotten."""
        self._known[place] = known
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
