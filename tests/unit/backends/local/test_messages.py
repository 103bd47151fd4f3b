"""What travels between Arena and a worker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arena.backends.local.messages import joined, split


@given(st.lists(st.binary(max_size=5), max_size=20))
def test_pieces_that_are_joined_can_be_taken_apart(pieces: list[bytes]) -> None:
    assert split(*joined(pieces)) == tuple(pieces)
