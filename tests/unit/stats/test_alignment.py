"""Aligning texts: properties of any alignment, planted skeletons, and texts that only repeat themselves."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.alignment import align
from arena.stats.skeleton import others, spans
from tests.support.planted import planted

TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=14).map(tuple), max_size=7)


@given(TEXTS)
def test_columns_keep_every_text_s_order_and_hold_one_word_each(texts: list[tuple[str, ...]]) -> None:
    columns = align(texts)
    word_of: dict[int, str] = {}
    for text, found in zip(texts, columns, strict=True):
        assert found.shape == (len(text),) and (np.diff(found) > 0).all()
        for word, column in zip(text, found.tolist(), strict=True):
            assert word_of.setdefault(column, word) == word
    assert sorted(word_of) == list(range(len(word_of))), "no column is empty"


@given(TEXTS, st.randoms(use_true_random=False))
def test_the_order_in_which_texts_are_given_changes_nothing(
    texts: list[tuple[str, ...]], chance: random.Random
) -> None:
    order = list(range(len(texts)))
    chance.shuffle(order)
    one, two = align(texts), align([texts[at] for at in order])
    support = [each.tolist() for each in others(one)]
    assert [support[at] for at in order] == [each.tolist() for each in others(two)]


@given(st.lists(st.sampled_from("abc"), min_size=3, max_size=20).map(tuple), st.integers(2, 6))
def test_copies_of_a_text_share_all_of_it(text: tuple[str, ...], many: int) -> None:
    columns = align([text] * many)
    assert all(found.tolist() == list(range(len(text))) for found in columns)
    assert all((found == many - 1).all() for found in others(columns))


@given(st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True).map(tuple), st.integers(1, 7))
def test_a_text_and_one_with_words_inserted(text: tuple[str, ...], at: int) -> None:
    """What stays together in stretches of three is found again."""
    longer = (*text[:at], "new", "words", *text[at:])
    one, two = others(align([text, longer]))
    kept = [len(part) >= 3 for part in (text[:at], text[at:]) for _ in part]
    assert (one > 0).tolist() == kept
    assert [held > 0 for held, word in zip(two, longer, strict=True) if word not in ("new", "words")] == kept


def share_of(texts: list[tuple[str, ...]], least: int = 5) -> float:
    return float(np.concatenate([found >= least for found in others(align(texts))]).mean())


def test_what_is_shared_grows_with_the_planted_share_and_is_nearly_nothing_without() -> None:
    shares = [share_of(planted(share)[0]) for share in (0.0, 0.3, 0.6, 0.9, 1.0)]
    assert shares == sorted(shares) and shares[0] < 0.01
    assert shares[-1] == pytest.approx(0.5, abs=0.02), "half of each text is skeleton"


@pytest.mark.parametrize("share", [0.4, 0.7, 1.0])
def test_planted_spans_are_recovered_with_those_that_hold_them(share: float) -> None:
    texts, skeleton = planted(share)
    columns = align(texts)
    found = {}
    for span in spans(columns):
        number, at = next(iter(span.holders.items()))
        found[texts[number][at : at + span.length]] = set(span.holders)
    for planted_span in skeleton:
        holders = {
            number
            for number, text in enumerate(texts)
            if any(text[at : at + len(planted_span)] == planted_span for at in range(len(text)))
        }
        (match,) = (words for words in found if words[0] in planted_span or planted_span[0] in words)
        assert set(planted_span) <= set(match) and found[match] <= holders
        assert len(found[match]) >= 0.8 * len(holders)


def test_unrelated_texts_that_say_the_same_in_another_order_share_one_of_the_two_only() -> None:
    one, two = tuple("abcdefgh"), tuple("ijklmnop")
    found = others(align([one + two] * 6 + [two + one] * 3))
    assert (found[0] >= 5).all()
    assert sorted([bool((found[-1][:8] >= 5).all()), bool((found[-1][8:] >= 5).all())]) == [False, True]


def test_texts_that_repeat_one_word() -> None:
    texts = [("a",) * length for length in (5, 40, 60, 80, 80, 100, 2, 0)]
    found = others(align(texts))
    assert (found[0] == 5).all() and (found[5][60:] <= 2).all()
    assert (found[6] == 0).all() and not len(found[7]), "two words are no stretch"


def test_nothing_to_align() -> None:
    assert align([]) == [] and spans(align([])) == []
    assert [len(found) for found in align([(), ()])] == [0, 0]
