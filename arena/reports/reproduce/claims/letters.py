"""The claim about letters: table 6."""

from __future__ import annotations

from scipy import stats

from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.reproduce.claims.evidence import Evidence, Family, missing
from arena.reports.reproduce.claims.outcome import Finding, Outcome
from arena.stats.bounded import LEVEL

_TULU = ("tulu-sft", "tulu-dpo", "tulu-full")


def one_letter(evidence: Evidence) -> Finding:
    """t6-letter: the three tulu models' most frequent letters. The claim holds if only one and the same letter can be
    each one's, and fails if no letter can be that of all three."""

    def of_family(family: Family) -> Finding:
        cells = [evidence.plain(family.aligned[recipe], "letters") for recipe in _TULU]
        there = [cell for cell in cells if cell is not None and len(cell.values)]
        if len(there) < len(_TULU):
            return missing("letters of all three")
        possible = [_candidates(cell) for cell in there]
        shared = set.intersection(*possible)
        only = all(len(letters) == 1 for letters in possible)
        outcome = Outcome.FAILS if not shared else Outcome.HOLDS if only else Outcome.UNDECIDED
        modes = zip(_TULU, there, strict=True)
        return Finding(outcome, ", ".join(f"{recipe} {cell.mode}" for recipe, cell in modes))

    return evidence.in_families(of_family, *_TULU)


def _candidates(cell: NumbersCellReport) -> set[str]:
    """The letters that aren't rarer than the most frequent one beyond chance, by the exact sign test."""
    counts = cell.counts.tolist()
    top = max(counts)
    return {
        letter
        for letter, count in zip(cell.task.values, counts, strict=True)
        if count == top or stats.binomtest(count, count + top).pvalue >= 1 - LEVEL
    }
