"""Bradley and Terry's model against published abilities, and the promises of a ranking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.poems.pairing import draw_pairs
from arena.stats.bradley_terry import Comparisons, abilities, gaps, rank

# citations of four journals by each other (Agresti, Categorical Data Analysis, 2002, table 10.9; BradleyTerry2's
# `citations`): Biometrika, Communications in Statistics, JASA, JRSS-B; a row is cited by the columns
CITATIONS = np.array([[0, 730, 498, 221], [33, 0, 68, 17], [320, 813, 0, 142], [284, 276, 325, 0]], dtype=float)


def comparisons(items: int, outcomes: list[tuple[int, int, float]]) -> Comparisons:
    one, other, share = zip(*outcomes, strict=True)
    return Comparisons(items, np.array(one), np.array(other), np.array(share, dtype=float))


def test_the_published_abilities_of_four_journals() -> None:
    found = abilities(CITATIONS, prior=0)
    assert found is not None and found.mean() == pytest.approx(0, abs=1e-12)
    assert (found - found[0]).tolist() == pytest.approx([0, -2.9491, -0.4796, 0.2690], abs=5e-5)


def test_without_a_prior_gaps_leave_abilities_undefined() -> None:
    undefeated = comparisons(3, [(0, 1, 1), (0, 2, 1), (1, 2, 1), (2, 1, 1)]).wins()
    apart = comparisons(4, [(0, 1, 1), (1, 0, 1), (2, 3, 1), (3, 2, 1)]).wins()
    for wins in (undefeated, apart):
        assert abilities(wins, prior=0) is None
        found = abilities(wins)
        assert found is not None and np.isfinite(found).all()
    assert gaps(undefeated).undefeated == (0,) and gaps(undefeated).groups == 1
    assert gaps(apart).undefeated == () and gaps(apart).groups == 2
    assert gaps(np.zeros((2, 2))).uncompared == (0, 1)


def test_the_prior_is_one_tie_with_an_average_item() -> None:
    """Two items, the first of which won once: by hand, with the average one's ability between theirs."""
    found = abilities(comparisons(2, [(0, 1, 1)]).wins())
    assert found is not None
    # the derivative of log s(2a) + log s(a) (twice a half, for each item) is 0 there
    ability = found[0]
    slope = 2 / (1 + np.exp(2 * ability)) + 2 * (0.5 - 1 / (1 + np.exp(-ability)))
    assert slope == pytest.approx(0, abs=1e-8)


def test_ties_are_half_wins() -> None:
    tied = abilities(comparisons(2, [(0, 1, 0.5), (0, 1, 0.5), (0, 1, 1)]).wins())
    halves = abilities(comparisons(2, [(0, 1, 1), (0, 1, 1), (1, 0, 1)]).wins())
    assert tied is not None and halves is not None and tied == pytest.approx(halves)


@given(st.integers(3, 9), st.integers(2, 6), st.randoms(use_true_random=False))
def test_a_ranking_doesn_t_depend_on_the_order_or_the_numbers(items: int, appearances: int, random: object) -> None:
    shuffle = random.shuffle  # type: ignore[attr-defined]
    outcomes = [
        (one, other, (0.0, 0.5, 1.0)[(3 * one + other) % 3]) for one, other in draw_pairs(items, appearances, "")
    ]
    new = list(range(items))
    shuffle(new)
    turned = [(new[other], new[one], 1 - share) for one, other, share in outcomes]
    shuffle(turned)
    first, second = abilities(comparisons(items, outcomes).wins()), abilities(comparisons(items, turned).wins())
    assert first is not None and second is not None
    assert second[new] == pytest.approx(first, abs=1e-6)


def test_a_consistent_judge_is_followed() -> None:
    pairs = draw_pairs(15, 8, "0")
    found = rank(comparisons(15, [(one, other, 1.0) for one, other in pairs]), np.random.default_rng(0))
    assert found.winner in gaps(comparisons(15, [(one, other, 1.0) for one, other in pairs]).wins()).undefeated
    assert found.first.sum() == pytest.approx(1) and found.first[found.winner] == found.first.max()
    assert (found.limits[:, 0] < found.abilities).all() and (found.abilities < found.limits[:, 1]).all()
    assert np.corrcoef(found.ranks, np.arange(15))[0, 1] > 0.9


def test_a_ranking_needs_a_prior() -> None:
    with pytest.raises(ValueError, match="prior"):
        rank(comparisons(2, [(0, 1, 1)]), np.random.default_rng(0), prior=0)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_intervals_cover(spread: float, capsys: pytest.CaptureFixture[str]) -> None:
    """In 200 contests of 15 poems and 60 comparisons, whose abilities are normal with this standard deviation."""
    random = np.random.default_rng(7)
    covered, widths, said, right = [], [], [], []
    for contest in range(200):
        true = random.normal(scale=spread, size=15)
        true -= true.mean()
        one, other = np.array(draw_pairs(15, 8, f"{contest}")).T
        share = (random.random(60) < 1 / (1 + np.exp(true[other] - true[one]))).astype(float)
        found = rank(Comparisons(15, one, other, share), random)
        covered.append((found.limits[:, 0] <= true) & (true <= found.limits[:, 1]))
        widths.append(found.limits[:, 1] - found.limits[:, 0])
        said.append(found.first[found.winner])
        right.append(found.winner == true.argmax())
    with capsys.disabled():
        print(
            f"\nspread {spread:g}: intervals cover {100 * np.mean(covered):.1f}% of abilities, mean width "
            f"{np.mean(widths):.2f}; the winner is first in {100 * np.mean(said):.0f}% of resamples, and truly the "
            f"best in {100 * np.mean(right):.0f}% of contests"
        )
    assert np.mean(covered) >= 0.9
