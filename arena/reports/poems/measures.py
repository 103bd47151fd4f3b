"""A contest's numbers, from the judgements of a panel: its ranking, its winner, and what the comparisons leave open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median
from typing import Any, Final

import numpy as np

from arena.experiments.poems.contest import Contest
from arena.experiments.poems.originality import distinct, words
from arena.randomness import stream, uniforms
from arena.reports.poems.panels import Panel, Sitting
from arena.stats.bounded import Bounds, mean_limits
from arena.stats.bradley_terry import Comparisons, Gaps, Ranking, gaps, rank
from arena.stats.clusters import Estimate

# what a poem's text says of its originality, by key: its name in tables
TEXT_MEASURES: Final = {"bits": "bits a word", "distinct2": "distinct-2", "shared": "longest shared stretch"}


@dataclass(frozen=True)
class ContestReport:
    """A contest as a panel judged it."""

    contest: Contest
    panel: Panel

    @cached_property
    def sittings(self) -> list[Sitting]:
        """Everyone's judgements of it."""
        return self.panel.of(self.contest)

    @cached_property
    def comparisons(self) -> Comparisons:
        """The first comparisons by all judges; those made again count for agreement alone."""
        found = [(*pair, share) for sitting in self.sittings for pair, share in sitting.outcomes("pair").items()]
        one, other, share = zip(*found, strict=True) if found else ((), (), ())
        return Comparisons(
            len(self.contest.poems), np.array(one, dtype=int), np.array(other, dtype=int), np.array(share, dtype=float)
        )

    @property
    def judged(self) -> int:
        """How many comparisons were made."""
        return len(self.comparisons.one)

    @property
    def wanted(self) -> int:
        """How many there are to be made, by those who judge it."""
        return len(self.contest.numbers("pair")) * max(1, len(self.sittings))

    @property
    def ties(self) -> int:
        """How many of the comparisons were ties."""
        return int((self.comparisons.share == 0.5).sum())

    @cached_property
    def ranking(self) -> Ranking | None:
        """The poems' ranking; None before the first comparison."""
        if not self.judged:
            return None
        name = stream(self.panel.contests.run.spec.seed, "bootstrap", self.contest.name, self.panel.name)
        seed = int(uniforms(name, 1)[0] * 2**53)
        return rank(self.comparisons, np.random.Generator(np.random.Philox(key=seed)))

    @cached_property
    def gaps(self) -> Gaps:
        """What the comparisons alone would leave open."""
        return gaps(self.comparisons.wins())

    @property
    def winner(self) -> int | None:
        """The number of the poem that won."""
        return None if self.ranking is None else self.ranking.winner

    def author_of(self, poem: int) -> str:
        """Who wrote a poem."""
        return self.contest.authors[self.contest.poems[poem].author].name

    def ranks_of(self, author: str) -> list[float]:
        """The ranks of an author's poems."""
        if self.ranking is None:
            return []
        return [float(each) for at, each in enumerate(self.ranking.ranks) if self.author_of(at) == author]

    def text_measure(self, key: str) -> list[float | None]:
        """One of TEXT_MEASURES, poem by poem."""
        if key == "distinct2":
            return [distinct(words(poem.lines), 2) for poem in self.contest.poems]
        return [getattr(poem, key) for poem in self.contest.poems]

    def to_json(self) -> dict[str, Any]:
        """Everything, with nothing rounded."""
        ranking, found = self.ranking, self.gaps
        return {
            "topic": self.contest.topic,
            "axis": self.contest.axis,
            "judged_by": self.panel.name,
            "judges": len(self.sittings),
            "comparisons": self.judged,
            "wanted": self.wanted,
            "ties": self.ties,
            "winner": None if ranking is None else self.author_of(ranking.winner),
            "probability_first": None if ranking is None else float(ranking.first[ranking.winner]),
            "undefeated": list(found.undefeated),
            "winless": list(found.winless),
            "uncompared": list(found.uncompared),
            "groups": found.groups,
            "poems": [
                {
                    "author": self.author_of(at),
                    "lines": list(poem.lines),
                    "ability": None if ranking is None else float(ranking.abilities[at]),
                    "ability_ci": None if ranking is None else ranking.limits[at].tolist(),
                    "rank": None if ranking is None else float(ranking.ranks[at]),
                    "probability_first": None if ranking is None else float(ranking.first[at]),
                    **{key: self.text_measure(key)[at] for key in TEXT_MEASURES},
                }
                for at, poem in enumerate(self.contest.poems)
            ],
        }


@dataclass(frozen=True)
class PanelReport:
    """All contests that a panel judged, put together."""

    panel: Panel
    contests: tuple[ContestReport, ...]

    @property
    def authors(self) -> list[str]:
        """Everyone whose poems took part."""
        return list(dict.fromkeys(author.name for each in self.contests for author in each.contest.authors))

    def on(self, axis: str) -> list[ContestReport]:
        """The contests on an axis that have been judged, at least in part."""
        return [each for each in self.contests if each.contest.axis == axis and each.ranking is not None]

    def wins(self, author: str, axis: str) -> int:
        """How many contests on an axis an author won."""
        return sum(each.winner is not None and each.author_of(each.winner) == author for each in self.on(axis))

    def median_rank(self, author: str, axis: str) -> float | None:
        """The median rank of an author's poems in all contests on an axis."""
        ranks = [rank for each in self.on(axis) for rank in each.ranks_of(author)]
        return median(ranks) if ranks else None

    def rho(self, axis: str, other: str, within: bool = False) -> Estimate:
        """Spearman's rho between the abilities on two axes: its mean over topics, and the interval of that over topics.
        `within`: each author's poems apart, and the mean over authors."""
        return _over_topics(list(self._rhos(axis, other, within).values()))

    def rho_lead(self, axis: str, second: str, other: str) -> Estimate:
        """By how much rho between `axis` and `other` is above that between `second` and `other`: its mean over topics
        that have both, and the interval of that over topics."""
        one, two = self._rhos(axis, other), self._rhos(second, other)
        leads = [rho - lower for topic, rho in one.items() if rho is not None and (lower := two.get(topic)) is not None]
        return _over_topics(leads, bounds=(-2.0, 2.0))

    def _rhos(self, axis: str, other: str, within: bool = False) -> dict[str, float | None]:
        """Rho between two axes by topic."""
        found = {}
        for one in self.on(axis):
            for two in self.on(other):
                if one.contest.topic == two.contest.topic and one.ranking is not None and two.ranking is not None:
                    groups = _by_author(one.contest) if within else [list(range(len(one.contest.poems)))]
                    found[one.contest.topic] = _mean_rho(one.ranking.abilities, two.ranking.abilities, groups)
        return found

    def text_rho(self, measure: str, axis: str) -> Estimate:
        """The same between what a poem's text says of its originality and its ability on an axis."""
        found = []
        for each in self.on(axis):
            values = each.text_measure(measure)
            if each.ranking is not None and None not in values:
                whole = [list(range(len(values)))]
                found.append(_mean_rho(np.array(values, dtype=float), each.ranking.abilities, whole))
        return _over_topics(found)


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rho; None where it is undefined: fewer than three values, or all of one side alike."""
    from scipy.stats import spearmanr

    if len(one) < 3 or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return float(spearmanr(one, other).statistic)


def _mean_rho(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], groups: Sequence[Sequence[int]]) -> float | None:
    found = [spearman(one[list(group)].tolist(), other[list(group)].tolist()) for group in groups]
    known = [rho for rho in found if rho is not None]
    return fmean(known) if known else None


def _by_author(contest: Contest) -> list[list[int]]:
    authors = range(len(contest.authors))
    return [[at for at, poem in enumerate(contest.poems) if poem.author == author] for author in authors]


def _over_topics(found: Sequence[float | None], bounds: Bounds = (-1.0, 1.0)) -> Estimate:
    known = np.array([rho for rho in found if rho is not None], dtype=float)
    if not len(known):
        return Estimate(None)
    value = math.fsum(known) / len(known)
    if len(known) < 2:
        return Estimate(value)
    limits = mean_limits(known, bounds)
    return Estimate(value, (min(value, float(limits.low)), max(value, float(limits.high))))
