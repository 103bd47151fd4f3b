"""Claims about sequences: figures 3 and 6."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.reports.reproduce.claims.evidence import Evidence, Family, missing
from arena.reports.reproduce.claims.outcome import Finding, above, every, minus, most_frequent, said, times
from arena.reports.reproduce.measured import repetition_error
from arena.reports.reproduce.players import BASE
from arena.stats.clusters import Estimate
from arena.stats.sequences import by_position

_SEQUENCES: Final = "sequences"
_SFT: Final = "tulu-sft"
_RESAMPLES: Final = 200
_TAILS: Final = (2.5, 97.5)  # percent


def repeats(evidence: Evidence, style: str, count: int) -> Finding:
    """f3-mode: so many repetitions are more frequent than any other number of them."""

    def of_model(model: str) -> Finding:
        cell = evidence.plain(model, _SEQUENCES)
        if cell is None or cell.repetitions is None:
            return missing(_SEQUENCES)
        counts = cell.repetitions.counts
        share = 100 * counts[count] / sum(counts)
        return Finding(
            most_frequent(counts, count), f"most often {int(np.argmax(counts))}; {count} in {share:.1f}% of sequences"
        )

    return evidence.of_models(style, of_model)


def errors_in_order(evidence: Evidence) -> Finding:
    """f3-order: MSE / n² of tulu-sft minus base's, and of the other aligned models minus tulu-sft's."""

    def of_family(family: Family) -> Finding:
        found = {}
        for recipe, model in {BASE: family.base, **family.aligned}.items():
            cell = evidence.plain(model, _SEQUENCES)
            if cell is None or cell.repetitions is None:
                return missing(_SEQUENCES)
            found[recipe] = repetition_error(cell)
        others = [one for recipe, one in found.items() if recipe not in (BASE, _SFT)]
        steps = [minus(found[_SFT], found[BASE]), *(minus(one, found[_SFT]) for one in others)]
        words = ", ".join(f"{recipe} {said(times(one, 1000))}" for recipe, one in found.items())
        return Finding(every(list(map(above, steps))), f"1000 MSE / n²: {words}")

    return evidence.in_families(of_family, _SFT)


def structure_by_place(evidence: Evidence) -> Finding:
    """f6-position: how much the integers' shares differ between places, as Cramér's V of places and integers. It is
    lower for base and tulu-sft than for every other aligned model."""

    def of_family(family: Family) -> Finding:
        found = {}
        for recipe, model in {BASE: family.base, **family.aligned}.items():
            cell = evidence.plain(model, _SEQUENCES)
            if cell is None or not cell.is_sequences:
                return missing(_SEQUENCES)
            found[recipe] = _v_of_places(cell.values, len(cell.task.values))
        calm = [one for recipe, one in found.items() if recipe in (BASE, _SFT)]
        others = [one for recipe, one in found.items() if recipe not in (BASE, _SFT)]
        words = ", ".join(f"{recipe} {said(one, 2)}" for recipe, one in found.items())
        return Finding(every([above(minus(high, low)) for low in calm for high in others]), f"V: {words}")

    return evidence.in_families(of_family, _SFT)


def _v_of_places(sequences: NDArray[np.int64], k: int) -> Estimate:
    """Cramér's V of places and values, with a bootstrap interval over whole sequences (Efron 1979), whose draws are
    the same each time. Resampling adds to V what sampling did, so the interval is moved back by that."""
    value = _v(sequences, k)
    draw = np.random.Generator(np.random.Philox(0))
    again = [_v(sequences[draw.integers(0, len(sequences), len(sequences))], k) for _ in range(_RESAMPLES)]
    low, high = np.percentile(again, _TAILS) - (np.mean(again) - value)
    return Estimate(value, (min(value, float(low)), max(value, float(high))))


def _v(sequences: NDArray[np.int64], k: int) -> float:
    shares = by_position(sequences, k)
    whole = shares.mean(axis=0)
    seen = whole > 0
    squares = ((shares[:, seen] - whole[seen]) ** 2 / whole[seen]).sum()
    return float(np.sqrt(squares / len(shares) / (min(len(shares), k) - 1)))
