"""Every claim with its test, and what is said of those that need what isn't here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from arena.reports.published import Claim, claims
from arena.reports.reproduce.claims import games, integers, letters, poems, sequences
from arena.reports.reproduce.claims.evidence import Evidence
from arena.reports.reproduce.claims.outcome import Finding, Outcome, joined
from arena.reports.reproduce.players import REWARD_MODEL

Test = Callable[[Evidence], Finding]
_SMALL: Final = 0.1  # a margin between rewards


@dataclass(frozen=True, slots=True)
class Tested:
    """A claim with what its test ended in."""

    claim: Claim
    finding: Finding

    def to_json(self) -> Mapping[str, Any]:
        """The same as a document."""
        return {
            "key": self.claim.key,
            "where": self.claim.where,
            "claim": self.claim.text,
            "outcome": str(self.finding.outcome),
            "words": self.finding.words,
        }


def tested(evidence: Evidence) -> tuple[Tested, ...]:
    """All claims, in the paper's order."""
    return tuple(Tested(claim, TESTS[claim.key](evidence)) for claim in claims())


def _rewards(evidence: Evidence) -> Finding:
    """t7-reward: 7 has the highest reward, by less than 0.1."""
    findings = {}
    for cell in evidence.rewards():
        scores = dict(zip(cell.task.values, cell.rewards["values"], strict=True))
        margin = scores["7"] - max(score for value, score in scores.items() if value != "7")
        outcome = Outcome.HOLDS if 0 < margin < _SMALL else Outcome.FAILS
        findings[cell.subject] = Finding(outcome, f"7 by {margin:z.2f}")
    return joined(findings) if findings else Finding(Outcome.NOT_RUN, f"arena rewards {REWARD_MODEL} measures it")


def _not_run(words: str, _: Evidence) -> Finding:
    return Finding(Outcome.NOT_RUN, words)


TESTS: Final[Mapping[str, Test]] = {
    "f1-tradeoff": partial(_not_run, "needs leaderboard scores of the models, and all tasks of one size (figure 1)"),
    "f2-mode-aligned": partial(integers.says_seven, style="instruct"),
    "f2-mode-base": partial(integers.says_seven, style="base"),
    "f2-order": integers.base_is_lowest,
    "f2-extremes": integers.extremes,
    "f2-scale": integers.grows_with_size,
    "f3-mode-base": partial(sequences.repeats, style="base", count=3),
    "f3-mode-aligned": partial(sequences.repeats, style="instruct", count=0),
    "f3-order": sequences.errors_in_order,
    "f4-max": games.most_deterministic,
    "f4-base": games.near_half,
    "f4-after": games.bolder_after_luck,
    "f4-base-after": games.base_after,
    "t2-base": games.best_net,
    "t3-base": integers.paraphrases_help_nobody,
    "t3-ranks": integers.same_ranks,
    "t4-grid": integers.no_setting_helps,
    "f6-position": sequences.structure_by_place,
    "f7-entropy": integers.entropy_is_not_enough,
    "t6-letter": letters.one_letter,
    "t7-reward": _rewards,
    "s4-original": poems.base_is_original,
    "s4-rho": poems.pleasant_is_preferred,
}
