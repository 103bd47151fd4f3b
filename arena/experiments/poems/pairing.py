"""Which poems are compared: pairs drawn at random so that every poem appears equally often, on both sides.

Poems are the vertices of a graph and pairs its edges. A graph in which every poem has as many edges as it may is drawn
by exchanging the ends of two edges again and again, which keeps every poem's number; the sides are those of a walk that
uses every edge once, which enters a poem as often as it leaves it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

import numpy as np

from arena.randomness import stream, uniforms

Pair = tuple[int, int]

_SWITCHES: Final = 20  # exchanges tried per pair, before the pairs are looked at


def shuffled(count: int, name: str) -> list[int]:
    """The numbers below `count` in an order drawn from the stream of that name."""
    order: list[int] = np.argsort(uniforms(name, count), kind="stable").tolist()
    return order


def draw_pairs(poems: int, appearances: int, name: str) -> list[Pair]:
    """Distinct pairs of `poems` poems, at least 3, each of which appears in `appearances` of them, at least 2.

    If both numbers are odd, one poem appears once less. With as many appearances as there are other poems, or more,
    these are all pairs. The comparisons connect all poems. The lower number comes first in each pair; the pairs are in
    a random order. `name` is the stream that they are drawn from.
    """
    if appearances >= poems - 1:
        pairs = list(combinations(range(poems), 2))
    else:
        pairs = _regular(poems, appearances)
        for switching in _drawn_switches(len(pairs), name):
            _switch(pairs, switching)
            if connected(poems, pairs):
                break
    return [pairs[at] for at in shuffled(len(pairs), stream(name, "order"))]


def draw_sides(pairs: Sequence[Pair], name: str) -> list[Pair]:
    """The same pairs, left poem first: every poem is on the left as often as on the right, or once more or less if it
    appears in an odd number of pairs."""
    ends: defaultdict[int, list[int]] = defaultdict(list)  # of each poem, the pairs it is in
    for at, pair in enumerate(pairs):
        for poem in pair:
            ends[poem].append(at)
    # an extra vertex takes part in a pair with every poem of an odd number, so that the walk can leave all it enters
    edges = [*pairs, *((poem, -1) for poem in sorted(ends) if len(ends[poem]) % 2)]
    around: dict[int, list[int]] = defaultdict(list)
    for at in shuffled(len(edges), name):
        for vertex in edges[at]:
            around[vertex].append(at)
    sides: dict[int, Pair] = {}
    for start in list(around):
        vertex = start
        while around[vertex]:  # a walk ends where it began, because every vertex has an even number of edges
            at = around[vertex].pop()
            if at not in sides:
                one, other = edges[at]
                there = other if vertex == one else one
                sides[at] = vertex, there
                vertex = there
    return [sides[at] for at in range(len(pairs))]


def connected(poems: int, pairs: Sequence[Pair]) -> bool:
    """Whether the pairs lead from every poem to every other."""
    near: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
    reached, ahead = {0}, [0]
    while ahead:
        new = near[ahead.pop()] - reached
        reached |= new
        ahead += new
    return len(reached) == poems


def _regular(poems: int, appearances: int) -> list[Pair]:
    """Some pairs in which every poem appears so often: those with the most appearances left are paired first (Havel and
    Hakimi)."""
    left = [appearances] * poems
    left[0] -= poems * appearances % 2
    pairs = []
    while any(left):
        poem, *others = sorted(range(poems), key=lambda each: -left[each])
        for other in others[: left[poem]]:
            pairs.append((min(poem, other), max(poem, other)))
            left[other] -= 1
        left[poem] = 0
    return pairs


def _drawn_switches(pairs: int, name: str) -> Iterator[list[tuple[int, int, bool]]]:
    """Rounds of exchanges, as many as are asked for: the two pairs of each, and which of their ends change places."""
    number = 0
    while True:
        draws = uniforms(stream(name, "switches", number), 3 * _SWITCHES * pairs).reshape(-1, 3)
        yield [(int(one * pairs), int(other * pairs), bool(side < 0.5)) for one, other, side in draws.tolist()]
        number += 1


def _switch(pairs: list[Pair], switches: Sequence[tuple[int, int, bool]]) -> None:
    """Carry out those exchanges that leave the pairs distinct."""
    there = set(pairs)
    for at, other_at, crossed in switches:
        (a, b), (c, d) = pairs[at], pairs[other_at]
        if crossed:
            c, d = d, c
        new = (min(a, d), max(a, d)), (min(b, c), max(b, c))
        if len({a, b, c, d}) == 4 and not there & set(new):
            there -= {pairs[at], pairs[other_at]}
            there |= set(new)
            pairs[at], pairs[other_at] = new
