"""Claims about integers, letters and sequences, on made answers of models of one family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.reproduce.claims import integers, letters, sequences
from arena.reports.reproduce.claims.evidence import Evidence
from arena.reports.reproduce.claims.outcome import Outcome
from arena.reports.reproduce.players import player_of
from tests.support.drawn import cell, exact, runs_of
from tests.support.paper_models import MODELS, of_chi_square, style
from tests.support.paper_models import sequences as made_sequences

HOLDS, FAILS, UNDECIDED = Outcome.HOLDS, Outcome.FAILS, Outcome.UNDECIDED
DRAW = np.random.default_rng(0)


def evidence(*cells: NumbersCellReport) -> Evidence:
    players = [player_of(*one) for one in {(cell.subject, str(cell.prompt["style"])): 0 for cell in cells}]
    return Evidence(None, runs_of(*cells), players)


def of(recipe: str, chi2: float, peak: int = 7, n: int = 1500, **prompt: Any) -> NumbersCellReport:
    """A model's integers, of about that chi-square."""
    drawn = DRAW.choice(11, n, p=of_chi_square(chi2, 1500, peak))
    values = [(value,) for value in drawn.tolist()]
    return cell(MODELS[recipe], prompt.pop("task", "integers"), values=values, style=style(recipe), **prompt)


def test_a_model_that_says_another_number_isn_t_one_that_says_seven() -> None:
    found = evidence(of("base", 300), of("tulu-sft", 900), of("tulu-dpo", 900, peak=3))
    assert integers.says_seven(found, "base").outcome is HOLDS
    assert integers.says_seven(found, "instruct").outcome is FAILS
    assert "tulu-3-8b-dpo: most often 3" in integers.says_seven(found, "instruct").words
    assert integers.says_seven(evidence(of("base", 10)), "base").outcome in (UNDECIDED, FAILS)
    assert integers.says_seven(evidence(of("base", 10)), "instruct").outcome is Outcome.UNTESTABLE


@pytest.mark.parametrize(("sft", "outcome"), [(1400, HOLDS), (650, UNDECIDED), (250, FAILS)])
def test_about_ten_times_is_at_least_five(sft: float, outcome: Outcome) -> None:
    found = evidence(of("base", 130), of("tulu-sft", sft), of("llama-instruct", 8000))
    assert integers.base_is_lowest(found).outcome is outcome
    assert integers.extremes(found).outcome is HOLDS


def test_models_of_several_families_aren_t_compared() -> None:
    values = [(7,)] * 20
    found = evidence(
        cell("llm:gemma-3-270m", values=values), cell("llm:smollm2-135m-instruct", values=values, style="instruct")
    )
    for test in (
        integers.base_is_lowest,
        integers.entropy_is_not_enough,
        sequences.errors_in_order,
        letters.one_letter,
    ):
        assert test(found).outcome is Outcome.UNTESTABLE
    assert integers.says_seven(found, "base").outcome is HOLDS


def test_size_needs_both_sizes() -> None:
    small = [of("base", 130), of("tulu-sft", 900)]
    assert integers.grows_with_size(evidence(*small)).outcome is Outcome.UNTESTABLE
    large = [
        cell(f"llm:{name}", values=[tuple(row) for row in one.values.tolist()], style=kind)
        for name, kind, one in (
            ("llama-3.1-70b", "base", of("base", 600)),
            ("tulu-3-70b-sft", "instruct", of("base", 4000)),
        )
    ]
    assert integers.grows_with_size(evidence(*small, *large)).outcome is HOLDS


def test_paraphrases() -> None:
    cells = [of("base", 110, variant="0"), of("base", 160, variant="1")]
    good = [of("tulu-sft", 900, variant="0"), of("tulu-sft", 700, variant="1")]
    bad = [of("tulu-dpo", 2000, variant="0"), of("tulu-dpo", 20, variant="1")]
    assert integers.paraphrases_help_nobody(evidence(*cells, *good)).outcome is HOLDS
    assert integers.paraphrases_help_nobody(evidence(*cells, *bad)).outcome is FAILS
    assert integers.same_ranks(evidence(*cells, *good)).outcome is HOLDS
    crossed = integers.same_ranks(evidence(*cells, *bad))
    assert crossed.outcome is FAILS and "higher in 1, lower in 1 of 2" in crossed.words
    assert integers.same_ranks(evidence(*cells)).outcome is Outcome.NOT_RUN


def test_a_grid_s_every_setting_counts_also_in_exact_mode() -> None:
    base = of("base", 137)
    rest = [of("tulu-sft", chi2, temperature=2.0, top_p=top_p) for chi2, top_p in ((350, 0.8), (800, 0.5))]
    assert integers.no_setting_helps(evidence(base, of("tulu-sft", 900), *rest)).outcome is HOLDS
    flat = cell(MODELS["tulu-sft"], findings=exact(*[1 / 11] * 11), style="instruct", temperature=3.0, top_p=1.0)
    assert integers.no_setting_helps(evidence(base, of("tulu-sft", 900), *rest, flat)).outcome is FAILS
    mostly_open = cell(
        MODELS["tulu-sft"],
        findings=exact(0.1, *[0.0] * 10, unexplored=0.9),
        style="instruct",
        temperature=3.0,
        top_p=1.0,
    )
    assert integers.no_setting_helps(evidence(base, of("tulu-sft", 900), *rest, mostly_open)).outcome is UNDECIDED


@pytest.mark.parametrize(("chi2", "outcome"), [(500, HOLDS), (20, FAILS)])
def test_matched_entropy(chi2: float, outcome: Outcome) -> None:
    matched = of("tulu-sft", chi2, temperature=1.5, matched=MODELS["base"])
    found = evidence(of("base", 130), of("tulu-sft", 900), matched)
    assert integers.entropy_is_not_enough(found).outcome is outcome


@pytest.mark.parametrize(("peaks", "outcome"), [((9, 9, 9), HOLDS), ((9, 9, 2), FAILS)])
def test_letters(peaks: tuple[int, ...], outcome: Outcome) -> None:
    tulu = zip(("tulu-sft", "tulu-dpo", "tulu-full"), peaks, strict=True)
    cells = [of(recipe, 600, peak, 300, task="letters") for recipe, peak in tulu]
    assert letters.one_letter(evidence(of("base", 80, task="letters"), *cells)).outcome is outcome
    flat = [of(recipe, 10, n=50, task="letters") for recipe in ("tulu-sft", "tulu-dpo", "tulu-full")]
    assert letters.one_letter(evidence(of("base", 80, task="letters"), *flat)).outcome is UNDECIDED


def of_sequences(recipe: str, like: str, n: int = 1200) -> NumbersCellReport:
    return cell(MODELS[recipe], "sequences", values=made_sequences(like, n, DRAW), style=style(recipe))


def test_sequences() -> None:
    cells = [of_sequences(recipe, recipe) for recipe in ("base", "tulu-sft", "tulu-dpo")]
    found = evidence(*cells)
    assert sequences.repeats(found, "base", 3).outcome is HOLDS
    assert sequences.repeats(found, "instruct", 0).outcome is HOLDS
    assert sequences.errors_in_order(found).outcome is HOLDS
    assert sequences.structure_by_place(found).outcome is HOLDS


def test_sequences_the_other_way_round() -> None:
    found = evidence(
        of_sequences("base", "tulu-dpo"), of_sequences("tulu-sft", "base"), of_sequences("tulu-dpo", "base")
    )
    assert sequences.repeats(found, "base", 3).outcome is FAILS
    assert sequences.repeats(found, "instruct", 0).outcome is FAILS
    assert sequences.errors_in_order(found).outcome is FAILS
    assert sequences.structure_by_place(found).outcome is FAILS
