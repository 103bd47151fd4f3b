"""What aligned texts share: counted by hand, and along a text."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.alignment import align
from arena.stats.skeleton import PLACES, curve, others, spans

TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=14).map(tuple), max_size=7)


def test_a_word_counts_with_its_neighbours() -> None:
    columns = [np.array(text) for text in ([0, 1, 2, 4], [0, 1, 2, 3], [0, 1, 3, 4], [1, 2, 4])]
    found = [each.tolist() for each in others(columns)]
    assert found == [[1, 1, 1, 1], [1, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1]]


@given(TEXTS)
def test_spans_are_held_verbatim_by_all_who_are_said_to_hold_them(texts: list[tuple[str, ...]]) -> None:
    columns = align(texts)
    used: set[int] = set()
    found = spans(columns, least=2)
    for span in found:
        held = {texts[number][at : at + span.length] for number, at in span.holders.items()}
        assert len(held) == 1 and len(held.pop()) == span.length >= 3 and len(span.holders) >= 2
        number, at = next(iter(span.holders.items()))
        here = columns[number][at : at + span.length].tolist()
        assert used.isdisjoint(here) and here[0] == span.column
        used.update(here)
    assert [span.column for span in found] == sorted(span.column for span in found)
    assert bool(found) == any((each >= 1).any() for each in others(columns))


def test_the_curve_goes_from_the_beginning_to_the_end() -> None:
    texts = [np.array([True] * size + [False] * (9 * size)) for size in (1, 3, 10)] + [np.array([], dtype=bool)]
    found = curve(texts)
    assert found.shape == (PLACES,) and (found[: PLACES // 10] == 1).all() and (found[PLACES // 10 :] == 0).all()
    assert np.isnan(curve([np.array([], dtype=bool)])).all()
