"""Claims about poems: section 4, by contests that people judged."""

from __future__ import annotations

import math
from typing import Final

from arena.reports.poems.measures import ContestReport, PanelReport
from arena.reports.poems.tables import PREFERENCE
from arena.reports.reproduce.claims.evidence import Evidence, Family
from arena.reports.reproduce.claims.outcome import Finding, Outcome, above, joined, said
from arena.reports.reproduce.poems import authors
from arena.stats.bounded import LEVEL

_ORIGINALITY: Final = "originality"
_PLEASANTNESS: Final = "pleasantness"
_NEEDED: Final = Finding(Outcome.NOT_RUN, "needs poems, and people who judge them: arena poems")


def base_is_original(evidence: Evidence) -> Finding:
    """s4-original: a poem by the base model wins every contest of originality and none of pleasantness.

    Decided if the resamples of the judgements say so with 95% probability, all contests together.
    """
    if not evidence.poems:
        return _NEEDED

    def of_family(family: Family) -> Finding:
        found = {}
        for panel in evidence.poems:
            names = [author.name for author in authors(panel) if author.subject == family.base]
            if names and panel.on(_ORIGINALITY) and panel.on(_PLEASANTNESS):
                found[panel.panel.contests.run.name] = _extremes(panel, names[0])
        return joined(found) if found else Finding(Outcome.NOT_RUN, f"no poems of {family.base} were judged")

    return evidence.in_families(of_family)


def _extremes(panel: PanelReport, base: str) -> Finding:
    original, pleasant = panel.on(_ORIGINALITY), panel.on(_PLEASANTNESS)
    won, lost = panel.wins(base, _ORIGINALITY), panel.wins(base, _PLEASANTNESS)
    sure = math.prod(_first(each, base) for each in original) * math.prod(1 - _first(each, base) for each in pleasant)
    holds = won == len(original) and not lost
    outcome = Outcome.UNDECIDED
    if holds and sure >= LEVEL:
        outcome = Outcome.HOLDS
    elif not holds and sure <= 1 - LEVEL:
        outcome = Outcome.FAILS
    words = f"{won} of {len(original)} won for originality, {lost} of {len(pleasant)} for pleasantness"
    return Finding(outcome, f"{words}; probability by resampling {sure:.2f}")


def _first(contest: ContestReport, author: str) -> float:
    """The probability that one of an author's poems is the first."""
    assert contest.ranking is not None
    found = [float(p) for at, p in enumerate(contest.ranking.first) if contest.author_of(at) == author]
    return min(1.0, math.fsum(found))


def pleasant_is_preferred(evidence: Evidence) -> Finding:
    """s4-rho: rho between pleasantness and preference minus that between originality and preference."""
    if not evidence.poems:
        return _NEEDED
    leads = {
        panel.panel.contests.run.name: panel.rho_lead(_PLEASANTNESS, _ORIGINALITY, PREFERENCE)
        for panel in evidence.poems
    }
    return joined({run: Finding(above(lead), f"by {said(lead, 2)}") for run, lead in leads.items()})
