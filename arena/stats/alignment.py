"""Many texts side by side: which words stand in the same place of all of them, in one common order.

Each text in its turn is put beside those before it. A place is shared only by stretches of `WINDOW` words or more that
stand verbatim in an earlier text, so that two texts don't meet in every "the" and "of". Of the shared stretches those
are taken that keep their order and add up to the most pairs of equal words: chains of exact matches, as MUMmer (Delcher
and others 1999) finds them in genomes. Words that no earlier text shares get columns of their own. The most typical
text comes first, so that the result doesn't depend on the order in which the texts are given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

WINDOW: Final = 3  # words

Words = tuple[str, ...]
Window = tuple[int, ...]  # the columns of some neighbouring words
Columns = NDArray[np.int64]

_NUMBER: Final = 32  # bits of a match's number, below those of what it is worth


def align(texts: Sequence[Sequence[str]], window: int = WINDOW) -> list[Columns]:
    """The column of each word: for each text, shape (its words,). Columns are numbered from 0 in the common order, and
    increase within a text; only equal words have the same column."""
    found: list[Columns] = [np.empty(0, dtype=np.int64)] * len(texts)
    table = _Table(window)
    for at in _typical_first([tuple(text) for text in texts], window):
        found[at] = table.add(tuple(texts[at]))
    rank = table.rank
    return [rank[ids] for ids in found]


def windows(items: Sequence[str], window: int) -> Iterator[Words]:
    """All stretches of so many neighbouring words."""
    return (tuple(items[at : at + window]) for at in range(len(items) - window + 1))


def _typical_first(texts: Sequence[Words], window: int) -> list[int]:
    """The texts by how many stretches they share with others; texts that tie are in alphabetical order."""
    held = Counter(stretch for text in texts for stretch in set(windows(text, window)))
    shared = [sum(held[stretch] - 1 for stretch in windows(text, window)) for text in texts]
    return sorted(range(len(texts)), key=lambda at: (-shared[at], texts[at]))


class _Table:
    """The columns so far. A column is known by its number in the order of making; `rank` is its place."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._order = np.empty(0, dtype=np.int64)
        self._held: dict[Words, _Held] = {}
        self._seams: dict[Window, int] = {}  # all columns of a stretch but one, where two stretches may be joined

    @property
    def rank(self) -> Columns:
        """The place of each column."""
        rank = np.empty_like(self._order)
        rank[self._order] = np.arange(len(self._order))
        return rank

    def add(self, text: Words) -> Columns:
        """The columns of a text, which are made where it shares none."""
        rank = self.rank
        chosen = np.full(len(text), -1, dtype=np.int64)
        for start, columns in self._chain(text, rank):
            chosen[start : start + self._window] = columns
        self._insert(chosen, rank)
        for at, stretch in enumerate(windows(text, self._window)):
            columns = tuple(chosen[at : at + self._window].tolist())
            self._held.setdefault(stretch, _Held()).add(columns, self._seam(columns[:-1]), self._seam(columns[1:]))
        return chosen

    def _seam(self, columns: Window) -> int:
        return self._seams.setdefault(columns, len(self._seams))

    def _insert(self, chosen: Columns, rank: Columns) -> None:
        """Make columns for the words that have none: behind that of the word before, at first before the next one's."""
        new = np.flatnonzero(chosen < 0)
        shared = np.flatnonzero(chosen >= 0)
        places = np.full(len(new), len(self._order))
        if len(shared):
            before = np.searchsorted(shared, new) - 1
            behind = rank[chosen[shared[np.maximum(before, 0)]]] + 1
            places = np.where(before < 0, rank[chosen[shared[0]]], behind)
        chosen[new] = len(self._order) + np.arange(len(new))
        self._order = np.insert(self._order, places, chosen[new])

    def _chain(self, text: Words, rank: Columns) -> Iterator[tuple[int, Window]]:
        """The matches of the best chain, from the last to the first: where each starts, and its columns."""
        stretches = list(windows(text, self._window))
        known = {
            stretch: self._held[stretch].arrays(rank) for stretch in dict.fromkeys(stretches) if stretch in self._held
        }
        if not known:
            return
        chain = _Chain(self._window, len(self._seams), np.unique(np.concatenate([one.last for one in known.values()])))
        for stretch in stretches:
            chain.go_on(known.get(stretch, _NONE))
        yield from chain.best()


@dataclass(frozen=True, slots=True)
class _Places:
    """Where texts have a stretch of words: its columns, the places of the first and the last one, the seams at both
    ends, and in how many texts; all of shape (n,)."""

    columns: tuple[Window, ...]
    first: Columns
    last: Columns
    head: Columns
    tail: Columns
    often: Columns


_EMPTY: Final = np.empty(0, dtype=np.int64)
_NONE: Final = _Places((), _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)


@dataclass(slots=True)
class _Held:
    """The columns in which texts have a stretch of words, each with its seams and how many texts have it there."""

    often: Counter[Window] = field(default_factory=Counter)
    seams: list[tuple[int, int]] = field(default_factory=list)  # in the order of `often`

    def add(self, columns: Window, head: int, tail: int) -> None:
        """One more text has it there."""
        if columns not in self.often:
            self.seams.append((head, tail))
        self.often[columns] += 1

    def arrays(self, rank: Columns) -> _Places:
        """The same as arrays."""
        columns = tuple(self.often)
        places = rank[np.array(columns, dtype=np.int64)]
        seams = np.array(self.seams, dtype=np.int64)
        often = np.fromiter(self.often.values(), dtype=np.int64, count=len(columns))
        return _Places(columns, places[:, 0], places[:, -1], seams[:, 0], seams[:, 1], often)


@dataclass(frozen=True, slots=True)
class _Matches:
    """The matches at one position of a text, numbered from `begin`: what the best chain up to each is worth, in pairs
    of equal words, and the number of the match before it in that chain (-1: it is the first)."""

    places: _Places
    begin: int
    worth: Columns
    before: Columns

    @property
    def coded(self) -> Columns:
        """Each as one number that is the larger the more it is worth: its worth, and its own number counted from 1."""
        return (self.worth << _NUMBER) + np.arange(self.begin + 1, self.begin + 1 + len(self.worth), dtype=np.int64)


class _Chain:
    """The best chains of matches, position by position of a text; `places` are all places of last columns.

    A match goes on from the one a word before it, if that has its own beginning, or follows one that has ended, in the
    text and in the order of columns. For each word that is new in the chain, it adds as many pairs of equal words as
    there are texts that have it.
    """

    def __init__(self, window: int, seams: int, places: Columns) -> None:
        self._window = window
        self._matches: list[_Matches] = []
        self._going = np.zeros(seams, dtype=np.int64)  # the best match a word earlier, coded, by the seam at its end
        self._places = places
        self._ended = np.zeros(len(places) + 1, dtype=np.int64)  # the best that ends at each place, coded; 0: none

    def go_on(self, here: _Places) -> None:
        """Add the matches at the next position."""
        if len(self._matches) >= self._window:
            old = self._matches[-self._window]
            if len(old.worth):
                np.maximum.at(self._ended, np.searchsorted(self._places, old.places.last) + 1, old.coded)
        last = self._matches[-1] if self._matches else _Matches(_NONE, 0, _EMPTY, _EMPTY)
        found = _Matches(here, last.begin + len(last.worth), _EMPTY, _EMPTY)
        if len(here.often):
            joined = self._going[here.head]
            begun = np.maximum.accumulate(self._ended)[np.searchsorted(self._places, here.first)]
            more = (self._window - 1) * here.often  # that a match adds which joins no other
            joins = (joined > 0) & (joined >> _NUMBER >= (begun >> _NUMBER) + more)
            chosen = np.where(joins, joined, begun)
            worth = (chosen >> _NUMBER) + here.often + np.where(joins, 0, more)
            found = _Matches(here, found.begin, worth, (chosen & ((1 << _NUMBER) - 1)) - 1)
        self._going[last.places.tail] = 0
        np.maximum.at(self._going, here.tail, found.coded)
        self._matches.append(found)

    def best(self) -> Iterator[tuple[int, Window]]:
        """The chain that is worth most, from its last match to its first: where each starts, and its columns."""
        begins = [one.begin for one in self._matches]
        number = int(np.argmax(np.concatenate([one.worth for one in self._matches])))
        while number >= 0:
            at = bisect_right(begins, number) - 1
            found = self._matches[at]
            yield at, found.places.columns[number - found.begin]
            number = int(found.before[number - found.begin])
