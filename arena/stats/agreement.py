"""Agreement between judgements: raw, Cohen's kappa (1960), and Krippendorff's alpha for nominal values."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

_Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two judgements of `n` things agree, kappa with its 95% interval, and the agreement that chance gives.
    Kappa is None where chance alone would agree always."""

    n: int
    raw: float
    chance: float
    kappa: float | None
    limits: tuple[float, float] | None


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement | None:
    """Agreement of pairs of judgements, the first by one judge (or at one time), the second by another; None without
    any.

    The interval is Wilson's for the raw agreement, put through kappa's formula with the agreement by chance as it was
    found: it has a width even if all agree.
    """
    n = len(pairs)
    if not n:
        return None
    raw = sum(one == other for one, other in pairs) / n
    firsts, seconds = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(firsts[value] * seconds[value] for value in firsts) / n**2
    if chance == 1:
        return Agreement(n, raw, chance, None, None)
    low, high = _wilson(raw, n)
    return Agreement(n, raw, chance, _kappa(raw, chance), (_kappa(low, chance), _kappa(high, chance)))


def krippendorffs_alpha(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha (2011) for nominal values. A unit has the values that its judges gave, as many as there are;
    one with fewer than two says nothing. None if nothing was judged twice, or if there is only one value."""
    together: defaultdict[tuple[Hashable, Hashable], float] = defaultdict(float)
    for values in units:
        for pair in permutations(values, 2):
            together[pair] += 1 / (len(values) - 1)
    often: defaultdict[Hashable, float] = defaultdict(float)
    for (value, _), count in together.items():
        often[value] += count
    total = math.fsum(often.values())
    expected = total**2 - math.fsum(count**2 for count in often.values())
    if expected <= 1e-9 * max(1.0, total):
        return None
    observed = math.fsum(count for (one, other), count in together.items() if one != other)
    return 1 - (total - 1) * observed / expected


def _kappa(raw: float, chance: float) -> float:
    return (raw - chance) / (1 - chance)


def _wilson(share: float, n: int) -> tuple[float, float]:
    centre = share + _Z95**2 / (2 * n)
    half = _Z95 * math.sqrt(share * (1 - share) / n + _Z95**2 / (4 * n**2))
    return (centre - half) / (1 + _Z95**2 / n), (centre + half) / (1 + _Z95**2 / n)
