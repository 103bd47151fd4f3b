"""Claims about single integers: figures 2 and 7, tables 3 and 4. Chi-squares are compared for 1500 answers."""

from __future__ import annotations

from itertools import combinations
from typing import Final

from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.reproduce.claims.evidence import Evidence, Family, missing, short
from arena.reports.reproduce.claims.outcome import (
    Finding,
    Outcome,
    above,
    every,
    joined,
    minus,
    most_frequent,
    said,
    times,
)
from arena.reports.reproduce.measured import chi_square
from arena.reports.reproduce.players import BASE
from arena.stats.clusters import Estimate

_N: Final = 1500
_SEVEN: Final = "7"
_TEN_TIMES: Final = 5.0  # "about ten times or more": the paper's own table 4 has 6.8 times among them
_INTEGERS: Final = "single integers"


def says_seven(evidence: Evidence, style: str) -> Finding:
    """f2-mode: 7 is more frequent than every other integer."""

    def of_model(model: str) -> Finding:
        cell = evidence.plain(model, "integers")
        if cell is None or not len(cell.values):
            return missing(_INTEGERS)
        counts, values = cell.counts.tolist(), cell.task.values
        share = counts[values.index(_SEVEN)] / sum(counts)
        return Finding(
            most_frequent(counts, values.index(_SEVEN)), f"most often {cell.mode}; 7 in {100 * share:.1f}% of answers"
        )

    return evidence.of_models(style, of_model)


def base_is_lowest(evidence: Evidence) -> Finding:
    """f2-order: each aligned model's chi-square minus five times the base model's."""
    return evidence.in_families(lambda family: _over_base(evidence, family, _TEN_TIMES))


def extremes(evidence: Evidence) -> Finding:
    """f2-extremes: llama-instruct above, tulu-sft below every other aligned model."""

    def of_family(family: Family) -> Finding:
        found = {recipe: _plain(evidence, model) for recipe, model in family.aligned.items()}
        high, low = found["llama-instruct"], found["tulu-sft"]
        parts = [above(minus(high, one)) for recipe, one in found.items() if recipe != "llama-instruct"]
        parts += [above(minus(one, low)) for recipe, one in found.items() if recipe != "tulu-sft"]
        return Finding(every(parts), ", ".join(f"{recipe} {said(one, 0)}" for recipe, one in found.items()))

    return evidence.in_families(of_family, "llama-instruct", "tulu-sft")


def grows_with_size(evidence: Evidence) -> Finding:
    """f2-scale: each recipe's chi-square at the larger size minus that at the smaller one."""
    by_name = {family.name: family for family in evidence.families}
    small, large = by_name.get("Llama 3.1 8B"), by_name.get("Llama 3.1 70B")
    if small is None or large is None:
        return Finding(Outcome.UNTESTABLE, "needs models of 8B and of 70B in one suite")
    pairs = {BASE: (small.base, large.base)}
    pairs |= {name: (model, large.aligned[name]) for name, model in small.aligned.items() if name in large.aligned}
    growth = {name: minus(_plain(evidence, two), _plain(evidence, one)) for name, (one, two) in pairs.items()}
    return joined({name: Finding(above(found), said(found, 0)) for name, found in growth.items()})


def paraphrases_help_nobody(evidence: Evidence) -> Finding:
    """t3-base: in each paraphrase, an aligned model's chi-square minus the base model's."""

    def of_family(family: Family) -> Finding:
        base = evidence.paraphrases(family.base)
        findings = {}
        for recipe, model in family.aligned.items():
            cells = evidence.paraphrases(model)
            shared = [variant for variant in base if variant in cells]
            if not shared:
                return missing("paraphrases")
            more = {variant: _difference(cells[variant], base[variant]) for variant in shared}
            words = ", ".join(f"{said(found, 0)} in {variant}" for variant, found in more.items())
            findings[recipe] = Finding(every([above(found) for found in more.values()]), f"above base by {words}")
        return joined(findings)

    return evidence.in_families(of_family)


def same_ranks(evidence: Evidence) -> Finding:
    """t3-ranks: of any two models, the same one has the higher chi-square in every paraphrase. It fails where each of
    the two is higher in some paraphrase beyond chance."""
    cells = {player.subject: evidence.paraphrases(player.subject) for player in evidence.players}
    findings = {}
    for one, two in combinations([model for model, found in cells.items() if found], 2):
        shared = [variant for variant in cells[one] if variant in cells[two]]
        higher = [above(_difference(cells[one][variant], cells[two][variant])) for variant in shared]
        decided = set(higher) - {Outcome.UNDECIDED}
        outcome = (
            Outcome.FAILS if len(decided) > 1 else Outcome.UNDECIDED if Outcome.UNDECIDED in higher else Outcome.HOLDS
        )
        ups, downs = higher.count(Outcome.HOLDS), higher.count(Outcome.FAILS)
        words = f"higher in {ups}, lower in {downs} of {len(shared)}"
        findings[f"{short(one)} against {short(two)}"] = Finding(outcome, words)
    return joined(findings) if findings else missing("paraphrases of two models")


def no_setting_helps(evidence: Evidence) -> Finding:
    """t4-grid: at every temperature and top-p, an aligned model's chi-square minus the base model's at 1 and 1."""

    def of_family(family: Family) -> Finding:
        base = _plain(evidence, family.base)
        findings = {}
        for recipe, model in family.aligned.items():
            more = {at: minus(chi_square(cell, _N), base) for at, cell in evidence.grid(model).items()}
            if len(more) < 2:
                return missing("grid of temperatures and top-p")
            (temperature, top_p), least = min(
                more.items(), key=lambda one: (one[1].value is not None, one[1].value or 0)
            )
            words = f"least above base at {temperature:g} and {top_p:g}, by {said(least, 0)}"
            findings[recipe] = Finding(every([above(found) for found in more.values()]), words)
        return joined(findings)

    return evidence.in_families(of_family)


def entropy_is_not_enough(evidence: Evidence) -> Finding:
    """f7-entropy: an aligned model's chi-square with entropy matched, minus the base model's."""

    def of_family(family: Family) -> Finding:
        base = _plain(evidence, family.base)
        findings = {}
        for recipe, model in family.aligned.items():
            cell = evidence.matched(model)
            if cell is None or base.value is None:
                return missing("answers with entropy matched")
            more = minus(chi_square(cell, _N), base)
            findings[recipe] = Finding(above(more), f"above base by {said(more, 0)}")
        return joined(findings)

    return evidence.in_families(of_family)


def _over_base(evidence: Evidence, family: Family, factor: float) -> Finding:
    base = _plain(evidence, family.base)
    found = {recipe: _plain(evidence, model) for recipe, model in family.aligned.items()}
    if base.value is None:
        return missing(_INTEGERS)
    words = ", ".join(f"{recipe} {said(one, 0)}" for recipe, one in {BASE: base, **found}.items())
    return Finding(every([above(minus(one, times(base, factor))) for one in found.values()]), words)


def _plain(evidence: Evidence, model: str) -> Estimate:
    cell = evidence.plain(model, "integers")
    return Estimate(None) if cell is None else chi_square(cell, _N)


def _difference(one: NumbersCellReport, two: NumbersCellReport) -> Estimate:
    return minus(chi_square(one, _N), chi_square(two, _N))
