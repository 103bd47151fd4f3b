"""Contests as they leave: texts and pairs under opaque names, which say nothing of who wrote a poem, nor which pair is
the control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

from arena.errors import UsageError
from arena.experiments.poems.axes import Axis, find_axis
from arena.experiments.poems.contest import BAG, Contest
from arena.experiments.poems.contests import Contests
from arena.text import meant, printable

_DIGITS: Final = 10  # of a name


@dataclass(frozen=True, slots=True)
class Text:
    """A poem, or a bag of words, under its name: lines in which nothing acts on a terminal or turns its direction."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetPair:
    """A pair under its name. `number` is that of the showing, and doesn't leave."""

    name: str
    left: Text
    right: Text
    number: int


@dataclass(frozen=True)
class Sheet:
    """A contest as it leaves. Pairs are in an order that tells nothing, but what comes again comes last."""

    contest: Contest
    pairs: tuple[SheetPair, ...]

    @property
    def axis(self) -> Axis:
        """What is asked."""
        return find_axis(self.contest.axis)

    @cached_property
    def by_name(self) -> dict[str, SheetPair]:
        """The pairs by their names."""
        return {pair.name: pair for pair in self.pairs}


def sheets_of(contests: Contests, topics: Sequence[str] = (), axes: Sequence[str] = ()) -> list[Sheet]:
    """The contests on these topics and axes, () for all. Raises UsageError for a topic or an axis that isn't there."""
    for what, asked, there in (
        ("topic", topics, {contest.topic: None for contest in contests.contests}),
        ("axis", axes, {contest.axis: None for contest in contests.contests}),
    ):
        for name in asked:
            if name not in there:
                raise UsageError(f"the contests of {contests.run.name} have no {what} {name!r}: {meant(name, there)}")
    return [
        _sheet(contests.key, contest)
        for contest in contests.contests
        if (not topics or contest.topic in topics) and (not axes or contest.axis in axes)
    ]


def _sheet(key: str, contest: Contest) -> Sheet:
    def text(number: int) -> Text:
        # poems have one name on all axes of a topic; each contest has a bag of its own
        of = contest.name if number == BAG else contest.topic
        lines = contest.bag if number == BAG else contest.poems[number].lines
        return Text(_name(key, "text", of, number), tuple(printable(line) for line in lines))

    def named(number: int) -> SheetPair:
        showing = contest.showings[number]
        return SheetPair(_name(key, "pair", contest.name, number), text(showing.left), text(showing.right), number)

    pairs = sorted(map(named, range(len(contest.showings))), key=lambda pair: pair.name)
    pairs.sort(key=lambda pair: contest.showings[pair.number].kind == "again")
    return Sheet(contest, tuple(pairs))


def _name(*parts: object) -> str:
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()[:_DIGITS]
