"""A contest as it is drawn and stored before anyone judges: poems on one topic, and the pairs to be judged on one axis.

A judge sees a `Pair` and nothing else: two texts under a number. Who wrote them, whether one is a bag of words, and
whether the pair comes a second time stay in the `Contest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec

BAG: Final = -1  # stands for the bag of words in place of a poem's number

Lines = tuple[str, ...]
# a first comparison, the same pair once more (with the sides changed, to measure agreement), a poem beside the bag
Kind = Literal["pair", "again", "control"]


class Author(msgspec.Struct, frozen=True):
    """Who wrote poems: a model as it was asked in one run. `name` is what tables call it, `subject` its agent, `run`
    the key of that run, and `cell` the key of the cell that its poems on this topic come from."""

    name: str
    subject: str
    run: str
    cell: str


class Poem(msgspec.Struct, frozen=True):
    """A poem in a contest: its author as a number, its draw in the author's cell, and its lines.

    `bits` is the surprisal for the model that wrote it, in bits a word (None if its backend can't give that); `shared`
    the longest stretch of words that it shares with another poem on the topic, of any author.
    """

    author: Annotated[int, msgspec.Meta(ge=0)]
    draw: Annotated[int, msgspec.Meta(ge=0)]
    lines: Lines
    bits: float | None = None
    shared: Annotated[int, msgspec.Meta(ge=0)] = 0


class Showing(msgspec.Struct, frozen=True):
    """Two poems beside each other, by their numbers in the contest; one of a control is BAG."""

    left: int
    right: int
    kind: Kind = "pair"

    @property
    def poems(self) -> tuple[int, int]:
        """Both, the lower number first: the same pair, whatever the sides."""
        return min(self.left, self.right), max(self.left, self.right)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a judge sees: the number of the showing in its contest, and the lines of two texts, as models wrote them:
    they may contain anything, so whatever shows them escapes them."""

    number: int
    left: Lines
    right: Lines


class Contest(msgspec.Struct, frozen=True):
    """Poems on one topic, to be judged on one axis. `bag` is a random bag of their words, laid out as a poem. The
    showings are numbered from 0; the first comparisons come first, then those made again, then the control."""

    topic: str
    axis: str
    authors: tuple[Author, ...]
    poems: tuple[Poem, ...]
    bag: Lines
    showings: tuple[Showing, ...]

    @property
    def name(self) -> str:
        """The contest in words, which is unique in its run."""
        return contest_name(self.topic, self.axis)

    def pair(self, number: int) -> Pair:
        """A showing as a judge sees it."""
        showing = self.showings[number]
        return Pair(number, self._lines(showing.left), self._lines(showing.right))

    def numbers(self, kind: Kind) -> list[int]:
        """The numbers of the showings of a kind."""
        return [number for number, showing in enumerate(self.showings) if showing.kind == kind]

    def _lines(self, number: int) -> Lines:
        return self.bag if number == BAG else self.poems[number].lines


def contest_name(topic: str, axis: str) -> str:
    """What a contest is called in a store."""
    return f"{topic}: {axis}"


def check_contest(contest: Contest) -> None:
    """Raise ValueError for a contest that can't have been drawn."""
    poems, authors = range(len(contest.poems)), range(len(contest.authors))
    if any(poem.author not in authors or not poem.lines for poem in contest.poems) or not contest.bag:
        raise ValueError("a poem without an author or lines, or no bag of words")
    for showing in contest.showings:
        sides: Sequence[int] = (showing.left, showing.right)
        allowed = {*poems, BAG} if showing.kind == "control" else set(poems)
        if not set(sides) <= allowed or len(set(sides)) < 2 or (showing.kind == "control") != (BAG in sides):
            raise ValueError("a pair of poems that aren't there")
