"""Claims about games: table 2 and figure 4. Figure 4 is read as showing rock-paper-scissors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from arena.records import Outcome as Result
from arena.reports.reproduce.claims.evidence import Evidence, Family, missing
from arena.reports.reproduce.claims.outcome import Finding, Outcome, above, every, inside, joined, minus, said
from arena.reports.tournament.measures import CellReport
from arena.stats.bounded import LEVEL
from arena.stats.clusters import Estimate, mean

_RPS, _HIDING = "rps", "hide-and-seek"
_TITLES: Final = {_RPS: "rock-paper-scissors", _HIDING: "hide & seek"}
_NEAR: Final = (0.4, 0.6)  # a determinism "near 0.5"
_ABOUT: Final = 0.05  # a difference of determinism that is "about" none
_RARE: Final = 0.05  # of matches: if an event is rarer than this, it counts as never happening


def best_net(evidence: Evidence) -> Finding:
    """t2-base: the base model's net minus each aligned model's, in both games."""

    def of_family(family: Family) -> Finding:
        parts, words = [], []
        for game in (_RPS, _HIDING):
            base = evidence.game(family.base, game)
            for recipe, model in family.aligned.items():
                aligned = evidence.game(model, game)
                if base is None or aligned is None:
                    return missing(f"{_TITLES[game]} of {family.base if base is None else model}")
                lead = minus(base.net, aligned.net)
                parts.append(above(lead))
                words.append(f"{said(lead)} over {recipe} in {_TITLES[game]}")
        return Finding(every(parts), f"base leads by {', '.join(words)}")

    return evidence.in_families(of_family)


def most_deterministic(evidence: Evidence) -> Finding:
    """f4-max: an aligned model's highest determinism against the base model's.

    A highest value has no interval. That a model never goes higher means here that, with 95% confidence, it does so in
    less than 5% of matches: none of at least 59 did.
    """

    def of_family(family: Family) -> Finding:
        base = evidence.game(family.base, _RPS)
        findings = {}
        for recipe, model in family.aligned.items():
            aligned = evidence.game(model, _RPS)
            if base is None or aligned is None:
                return missing("rock-paper-scissors")
            if not (base.has_policies and aligned.has_policies):
                return missing("policies")
            high, low = float(aligned.determinism.max()), float(base.determinism.max())
            quiet = base if high > low else aligned
            sure = 1 - (1 - LEVEL) ** (1 / quiet.matches) < _RARE
            outcome = (Outcome.HOLDS if high > low else Outcome.FAILS) if sure else Outcome.UNDECIDED
            findings[recipe] = Finding(outcome, f"{high:.2f}, base {low:.2f}")
        return joined(findings)

    return evidence.in_families(of_family)


def near_half(evidence: Evidence) -> Finding:
    """f4-base: the base model's mean determinism lies from 0.4 to 0.6."""

    def of_model(model: str) -> Finding:
        cell = evidence.game(model, _RPS)
        if cell is None or not cell.has_policies:
            return missing("rock-paper-scissors")
        found = mean(cell.determinism, cell.rounds.match, cell.determinism_bounds)
        return Finding(inside(found, *_NEAR), f"mean {said(found, 2)}")

    return evidence.of_models("base", of_model)


def bolder_after_luck(evidence: Evidence) -> Finding:
    """f4-after: an aligned model's mean determinism after a win and after a tie, minus that after a loss."""
    return _after_luck(evidence, "instruct", lambda won, tied: [above(won), above(tied)])


def base_after(evidence: Evidence) -> Finding:
    """f4-base-after: the same of the base model: below 0 after a tie, within 0.05 of 0 after a win."""
    return _after_luck(evidence, "base", lambda won, tied: [above(_negative(tied)), inside(won, -_ABOUT, _ABOUT)])


def _after_luck(evidence: Evidence, style: str, parts: Callable[[Estimate, Estimate], Sequence[Outcome]]) -> Finding:
    """A claim about determinism after a win and after a tie, both minus that after a loss, of the
    models that were asked in a style."""

    def of_model(model: str) -> Finding:
        cell = evidence.game(model, _RPS)
        if cell is None:
            return missing("rock-paper-scissors")
        won, tied = _after(cell)
        return Finding(every(parts(won, tied)), f"after a win {said(won, 3)}, after a tie {said(tied, 3)}")

    return evidence.of_models(style, of_model)


def _after(cell: CellReport) -> tuple[Estimate, Estimate]:
    return cell.after_difference(Result.WIN), cell.after_difference(Result.TIE)


def _negative(estimate: Estimate) -> Estimate:
    return minus(Estimate(0.0, (0.0, 0.0)), estimate)
