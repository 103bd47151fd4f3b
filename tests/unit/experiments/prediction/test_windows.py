"""Windows over a document: each token is scored once, and sees as much as is promised."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.prediction.windows import windows


@given(st.integers(0, 400), st.integers(1, 60), st.integers(1, 60))
def test_each_token_is_scored_once_with_enough_before_it(length: int, size: int, stride: int) -> None:
    stride = min(size, stride)
    found = list(windows(length, size, stride))
    assert [at for window in found for at in range(window.first, window.end)] == list(range(length))
    for window in found:
        assert 0 <= window.start <= window.first < window.end <= length
        assert window.end - window.start <= size
        assert window.start == 0 or window.first - window.start >= size - stride
    assert all(after.end <= window.end + stride for window, after in pairwise(found))


def test_a_document_that_fits_is_one_window() -> None:
    assert list(windows(5, 8, 2)) == [(0, 0, 5)] and list(windows(0, 8, 2)) == []
