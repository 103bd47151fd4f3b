"""Numbers as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.text import number_text


@given(st.floats(allow_nan=False))
def test_a_number_s_text_is_that_number_and_no_other(value: float) -> None:
    assert float(number_text(value)) == value


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (0.9, "0.9"), (1.5000001, "1.5000001"), (1e-7, "1e-07")])
def test_a_number_is_written_shortly(value: float, text: str) -> None:
    assert number_text(value) == text
