"""Answers counted in the order of their draws, and what the counts say in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from scipy import stats

from arena.experiments.numbers.task import find_task
from arena.randomness import stream, uniforms
from arena.session.numbers_words import facts, over_drawn, surprise
from arena.session.tally import Tally


def restore(tally: Tally, values: Iterable[tuple[int, ...]]) -> None:
    for number, value in enumerate(values, start=tally.valid + tally.rejected):
        tally.arrive(number, value)


def tally_of(*counts: int, task: str = "integers") -> Tally:
    drawn = [(value,) for value, count in enumerate(counts) for _ in range(count)]
    tally = Tally(find_task(task), len(drawn), 0)
    restore(tally, drawn)
    tally.reveal()
    return tally


def test_answers_are_revealed_in_the_order_of_their_draws_and_never_past_a_gap() -> None:
    tally = Tally(find_task("integers"), 10, 0)
    tally.arrive(2, (7,))
    tally.arrive(1, None)
    assert not tally.reveal()
    tally.arrive(0, (3,))
    assert tally.reveal(1) and tally.values == [(3,)] and tally.waiting == 2
    tally.reveal()
    assert tally.values == [(3,), (7,)] and tally.rejected == 1 and tally.waiting == 0


def test_a_run_that_lacked_draws_in_its_midst_is_shown_up_to_the_gap() -> None:
    whole = [(number % 11,) for number in range(20)]
    missing = {3, 4, 11, 18, 19}
    tally = Tally(find_task("integers"), 20, 0)
    for number in set(range(20)) - missing:
        tally.arrive(number, whole[number])
    tally.reveal()
    assert tally.values == whole[:3] and tally.waiting == 12
    for number in sorted(missing, reverse=True):
        tally.arrive(number, whole[number])
    tally.reveal()
    assert tally.values == whole and tally.waiting == 0


def test_chi_square_is_scipys_after_every_answer() -> None:
    drawn = np.random.default_rng(1).integers(0, 11, 50).tolist()
    tally = Tally(find_task("integers"), 50, 0)
    restore(tally, [(value,) for value in drawn])
    tally.reveal()
    for number in (1, 2, 17, 50):
        counts = np.bincount(drawn[:number], minlength=11)
        assert tally.drawn.curve[number - 1] == pytest.approx(stats.chisquare(counts).statistic)


def test_the_true_sample_is_as_large_as_what_was_drawn() -> None:
    tally = Tally(find_task("sequences"), 30, 5)
    restore(tally, [tuple(range(10))] * 12)
    tally.reveal()
    true = np.floor(uniforms(stream(5, "true sample", "sequences"), 120) * 11).astype(int)
    assert tally.true.counts == np.bincount(true, minlength=11).tolist()
    assert tally.without_repetition == 12


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0,) * 11, ""),
        ((1,) * 11, ""),  # too few to say
        ((2,) * 11, "Too even: only 1 true sample in a billion is."),
        ((0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0), "No true sample would ever be so uneven."),
        # scipy.stats.chisquare gives 0.9012 and 1 / 62.4
        ((9, 13, 10, 8, 12, 11, 14, 7, 10, 9, 8), "No surprise: 90% of true samples are less even."),
        ((22, 10, 10, 10, 10, 10, 10, 10, 10, 10, 1), "Only 1 true sample in 62 is so uneven."),
    ],
)
def test_how_surprising_a_histogram_is_in_a_sentence(counts: tuple[int, ...], said: str) -> None:
    assert surprise(tally_of(*counts)) == said


def test_the_most_over_drawn_value_is_named() -> None:
    assert over_drawn(tally_of(100, *[50] * 10)) == "0 was drawn 100 times; chance would be 55."
    assert over_drawn(tally_of(0, 0, 1, *[0] * 8, task="letters")) == "c was drawn once; chance would be 0.1."
    assert over_drawn(tally_of(*[0] * 11)) == ""


def test_a_person_who_never_repeats_is_told() -> None:
    tally = Tally(find_task("integers"), 30, 0)
    restore(tally, [(number % 11,) for number in range(30)])
    tally.reveal()
    assert facts(tally, None, person=True)[-1] == ("same in a row", "0", "chance: 2.6")


def test_sequences_that_lack_a_value_altogether_are_judged_too() -> None:
    tally = Tally(find_task("sequences"), 40, 0)
    restore(tally, [(1, 7) * 5] * 2)
    tally.reveal()
    assert surprise(tally) == ""  # too few to say
    restore(tally, [(1, 7) * 5] * 38)
    tally.reveal()
    assert surprise(tally) == "No true sample would ever be so uneven."


def test_what_is_said_of_true_samples_is_the_chi_square_beside_it() -> None:
    """Sequences that repeat nothing vary little, so that a small preference is no chance; the histogram still is
    evener than most true samples: chi-square is 8.3, where chance has 10."""
    tally = Tally(find_task("sequences"), 100, 0)
    missing = [number for number, times in enumerate((30, 22, 8, 7, 7, 6, 5, 5, 4, 3, 3)) for _ in range(times)]
    restore(tally, [tuple(value for value in range(11) if value != left_out) for left_out in missing])
    tally.reveal()
    chi2 = float(stats.chisquare(tally.drawn.counts).statistic)
    assert tally.drawn.curve[-1] == pytest.approx(chi2)
    p = float(stats.chi2.sf(chi2, 10))
    assert surprise(tally) == f"No surprise: {p:.0%} of true samples are less even." and 0.05 < p < 0.975
