"""Kappa and alpha against published worked examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.agreement import cohens_kappa, krippendorffs_alpha


def pairs(table: list[list[int]]) -> list[tuple[int, int]]:
    return [(row, column) for row, counts in enumerate(table) for column, n in enumerate(counts) for _ in range(n)]


def test_cohen_s_own_example() -> None:
    """Cohen 1960, table 1: 200 patients, agreement 0.70, by chance 0.41, kappa 0.492."""
    found = cohens_kappa(pairs([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))
    assert found is not None and found.kappa is not None and found.limits is not None
    assert (found.n, found.raw, found.chance) == (200, 0.7, pytest.approx(0.41))
    assert found.kappa == pytest.approx(0.492, abs=5e-4)
    assert found.limits[0] < found.kappa < found.limits[1]


def test_krippendorff_s_own_examples() -> None:
    """Krippendorff 2011, Computing Krippendorff's alpha-reliability: B (two judges, ten units) and C (four judges, some
    of whom say nothing), nominal."""
    binary = zip([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], strict=True)
    assert krippendorffs_alpha(list(binary)) == pytest.approx(0.095, abs=5e-4)
    units = [
        "111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3",
    ]  # fmt: skip
    assert krippendorffs_alpha(units) == pytest.approx(0.743, abs=5e-4)


def test_what_is_undefined() -> None:
    assert cohens_kappa([]) is None and krippendorffs_alpha([[1], [2]]) is None
    one_value = cohens_kappa([(1, 1), (1, 1)])
    assert one_value is not None and (one_value.raw, one_value.kappa) == (1, None)
    assert krippendorffs_alpha([[1, 1], [1, 1]]) is None


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_kappa_and_alpha_don_t_depend_on_names_or_order(found: list[tuple[int, int]]) -> None:
    kappa, again = cohens_kappa(found), cohens_kappa([(7 - other, 7 - one) for one, other in reversed(found)])
    assert kappa is not None and again is not None
    assert (kappa.raw, kappa.kappa) == (again.raw, again.kappa and pytest.approx(again.kappa))
    one, other = krippendorffs_alpha(found), krippendorffs_alpha([(9 - second, 9 - first) for first, second in found])
    assert (one is None) == (other is None) and (one is None or one == pytest.approx(other))


def test_perfect_agreement_has_an_interval_with_a_width() -> None:
    found = cohens_kappa([(0, 0), (1, 1)] * 10)
    assert found is not None and found.kappa == 1 and found.limits is not None
    assert found.limits[0] < 0.8 and found.limits[1] == pytest.approx(1)
