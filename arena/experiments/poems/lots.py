"""Drawing contests: which poems take part, which pairs are compared, and on which sides. The seed names every draw, and
what was drawn is stored before anyone judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from arena.errors import InputError, UsageError
from arena.experiments.poems.axes import AXES, find_axis
from arena.experiments.poems.contest import BAG, Author, Contest, Lines, Poem, Showing
from arena.experiments.poems.generated import Written, author, authors_of
from arena.experiments.poems.originality import longest_shared, words
from arena.experiments.poems.pairing import Pair, draw_pairs, draw_sides, shuffled
from arena.randomness import stream
from arena.text import meant

_AGAIN: Final = (70, 240)  # the paper's additional comparisons an axis, of those of its four topics


class LotsSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: poems per author, in how many pairs each appears, how many pairs of an axis (over all topics) are
    judged again (None: the paper's 70 in 240), on which topics (() means all), on which axes, and from which seed."""

    topics: tuple[str, ...] = ()
    axes: tuple[str, ...] = tuple(AXES)
    per_author: int = 5
    appearances: int = 8
    again: int | None = None
    seed: int = 0


def draw_contests(written: Sequence[Written], spec: LotsSpec) -> tuple[Contest, ...]:
    """The contests: one per topic and axis, topic by topic. The axes of a topic have the same poems and the same pairs,
    each with sides of its own.

    Raises UsageError for a setting that is impossible, InputError if an author has too few poems.
    """
    topics, axes = _topics(written, spec.topics), [find_axis(axis).name for axis in dict.fromkeys(spec.axes)]
    if not axes:
        raise UsageError("there is no axis to judge on: name at least one")
    authors = authors_of([each for each in written if each.topic in topics])
    poems = {topic: _poems(authors, topic, spec) for topic in topics}
    pairs = {topic: _pairs(topic, len(drawn), spec) for topic, (_, drawn) in poems.items()}
    again = _again(pairs, spec)
    return tuple(
        _contest(topic, axis, poems[topic], pairs[topic], again[topic], spec.seed) for topic in topics for axis in axes
    )


def _topics(written: Sequence[Written], asked: Sequence[str]) -> list[str]:
    there = list(dict.fromkeys(each.topic for each in written))
    for topic in asked:
        if topic not in there:
            raise UsageError(f"there is no poem on {topic!r}: {meant(topic, there)}")
    return list(dict.fromkeys(asked)) or there


def _poems(
    authors: Iterable[tuple[str, Sequence[Written]]], topic: str, spec: LotsSpec
) -> tuple[tuple[Author, ...], tuple[Poem, ...]]:
    """The authors on a topic, and as many poems of each, in a random order."""
    if spec.per_author < 1:
        raise UsageError(f"{spec.per_author} poems per author are no contest: at least one must take part")
    cells = [(name, cell) for name, group in authors for cell in group if cell.topic == topic]
    every = [words(lines) for _, cell in cells for lines in cell.poems.values()]
    found: list[Poem] = []
    for number, (name, cell) in enumerate(cells):
        if len(cell.poems) < spec.per_author:
            raise InputError(
                f"{name} has {len(cell.poems)} poems on {topic}, and a contest takes {spec.per_author}: "
                "let it write more (`arena poems generate`), leave out the topic or the run, or take fewer per author"
            )
        draws = sorted(cell.poems)
        order = shuffled(len(draws), stream(spec.seed, "poems", cell.cell.spec.key, topic))
        for draw in sorted(draws[at] for at in order[: spec.per_author]):
            lines = cell.poems[draw]
            found.append(Poem(number, draw, lines, cell.bits.get(draw), longest_shared(words(lines), every)))
    if len(found) < 3:
        raise InputError(f"a contest needs at least 3 poems, and there are {len(found)} on {topic}: take more of them")
    order = shuffled(len(found), stream(spec.seed, "numbers", topic))
    return tuple(author(name, cell) for name, cell in cells), tuple(found[at] for at in order)


def _pairs(topic: str, poems: int, spec: LotsSpec) -> list[Pair]:
    if spec.appearances < 2:
        raise UsageError(f"{spec.appearances} pairs per poem can't rank them: every poem must appear in at least 2")
    return draw_pairs(poems, spec.appearances, stream(spec.seed, "pairs", topic))


def _again(pairs: Mapping[str, Sequence[Pair]], spec: LotsSpec) -> dict[str, list[int]]:
    """For each topic, the pairs that are judged once more, the same ones on every axis."""
    every = sum(map(len, pairs.values()))
    wanted = round(every * _AGAIN[0] / _AGAIN[1]) if spec.again is None else spec.again
    if not 0 <= wanted <= every:
        raise UsageError(f"{wanted} pairs can't be judged again: there are {every} pairs on an axis")
    # turn by turn one of each topic, so that all have as many, or one more or less
    order = shuffled(len(pairs), stream(spec.seed, "again"))
    turns = sorted(
        (turn, place, topic, at)
        for place, (topic, found) in zip(order, pairs.items(), strict=True)
        for turn, at in enumerate(shuffled(len(found), stream(spec.seed, "again", topic)))
    )
    return {topic: sorted(at for _, _, of, at in turns[:wanted] if of == topic) for topic in pairs}


def _contest(
    topic: str,
    axis: str,
    taking_part: tuple[tuple[Author, ...], tuple[Poem, ...]],
    pairs: Sequence[Pair],
    again: Sequence[int],
    seed: int,
) -> Contest:
    authors, poems = taking_part
    name = stream(seed, topic, axis)
    sides = draw_sides(pairs, stream(name, "sides"))
    showings = [Showing(left, right) for left, right in sides]
    showings += [Showing(sides[at][1], sides[at][0], "again") for at in again]
    compared = shuffled(len(poems), stream(name, "control"))[0]
    left, right = (BAG, compared) if shuffled(2, stream(name, "control's sides"))[0] else (compared, BAG)
    bag = _bag(poems, poems[compared].lines, stream(name, "bag"))
    return Contest(topic, axis, authors, poems, bag, (*showings, Showing(left, right, "control")))


def _bag(poems: Sequence[Poem], like: Lines, name: str) -> Lines:
    """Words of all poems drawn at random, laid out in lines as long as those of a poem."""
    every = [word for poem in poems for word in words(poem.lines)]
    drawn = iter(every[at] for at in shuffled(len(every), name))
    return tuple(" ".join(islice(drawn, max(1, len(words((line,)))))) for line in like)
