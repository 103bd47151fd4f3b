"""The verdict on a published number, and how many verdicts chance alone would make unfavourable."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from arena.stats.bounded import LEVEL, Z
from arena.stats.clusters import Estimate


class Verdict(StrEnum):
    """What a published number and ours say of each other."""

    WITHIN = "within"
    DIFFERS = "differs"
    NOT_COMPARABLE = "not comparable"


def judge(ours: Estimate, published: float, error: float, rounding: float) -> Verdict | None:
    """Whether ours lies within what sampling and rounding explain; None without an interval of ours.

    Within means |ours - published| <= 1.96 sqrt(se_ours^2 + se_published^2) + rounding, where 1.96 se_ours is how far
    our interval reaches on the side of the published number, since few intervals are symmetric. `error` is
    se_published.
    """
    if ours.value is None or ours.interval is None:
        return None
    low, high = ours.interval
    reach = high - ours.value if published > ours.value else ours.value - low
    allowed = math.hypot(reach, Z * error) + rounding
    within = abs(ours.value - published) <= allowed * (1 + 1e-12)  # equal sides may differ by the last bit
    return Verdict.WITHIN if within else Verdict.DIFFERS


@dataclass(frozen=True, slots=True)
class Tally:
    """How many numbers got each verdict. `by_chance` are those comparable ones in which chance has a part: a number
    without sampling, such as a reward, differs or it doesn't."""

    within: int
    differs: int
    not_comparable: int
    by_chance: int

    @property
    def comparable(self) -> int:
        """How many could be judged."""
        return self.within + self.differs

    @property
    def expected(self) -> float:
        """How many would differ by chance alone if all were measurements of the same thing."""
        return (1 - LEVEL) * self.by_chance

    @property
    def usual(self) -> tuple[int, int]:
        """The range in which that number then lies with 95% probability, if the numbers were independent."""
        from scipy.stats import binom

        low, high = binom.interval(LEVEL, self.by_chance, 1 - LEVEL) if self.by_chance else (0, 0)
        return int(low), int(high)


def tally(verdicts: Iterable[tuple[Verdict, bool]]) -> Tally:
    """Count verdicts; the second of each pair says whether chance has a part in the number."""
    found = list(verdicts)
    counts = {verdict: sum(one is verdict for one, _ in found) for verdict in Verdict}
    by_chance = sum(chance for verdict, chance in found if verdict is not Verdict.NOT_COMPARABLE)
    return Tally(counts[Verdict.WITHIN], counts[Verdict.DIFFERS], counts[Verdict.NOT_COMPARABLE], by_chance)
