"""Distinct-n, self-BLEU and the compression ratio: by hand, and self-BLEU against the definition written out."""

from __future__ import annotations

import gzip
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.diversity import compression_ratio, distinct, self_bleu

TEXTS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=9).map(tuple), min_size=2, max_size=5)


def test_distinct_n_by_hand() -> None:
    texts = [tuple("abab"), tuple("ab")]
    assert distinct(texts, 1) == 2 / 6 and distinct(texts, 2) == 2 / 4
    assert distinct(texts, 5) is None and distinct([], 1) is None


def bleu(text: tuple[str, ...], references: list[tuple[str, ...]]) -> float:
    """Papineni and others (2002), section 2, written out."""
    logs = []
    for n in range(1, 5):
        counts = Counter(zip(*(text[at:] for at in range(n)), strict=False))
        if not counts:
            continue
        others = [Counter(zip(*(each[at:] for at in range(n)), strict=False)) for each in references]
        clipped = sum(min(often, max(other[gram] for other in others)) for gram, often in counts.items())
        if not clipped:
            return 0.0
        logs.append(math.log(clipped / counts.total()))
    nearest = min((abs(len(each) - len(text)), len(each)) for each in references)[1]
    brevity = 1.0 if len(text) >= nearest else math.exp(1 - nearest / len(text))
    return brevity * math.exp(sum(logs) / len(logs))


@given(TEXTS)
def test_self_bleu_is_the_mean_of_bleu_against_the_others(texts: list[tuple[str, ...]]) -> None:
    expected = [bleu(text, texts[:at] + texts[at + 1 :]) for at, text in enumerate(texts)]
    assert self_bleu(texts) == pytest.approx(sum(expected) / len(expected))


def test_self_bleu_at_its_ends() -> None:
    assert self_bleu([tuple("abcde")] * 3) == pytest.approx(1) and self_bleu([tuple("abcd"), tuple("efgh")]) == 0
    assert self_bleu([tuple("abcd"), ()]) is None


def test_compression_is_about_gzip_s() -> None:
    texts = ["Once upon a time there was a fox."] * 50
    data = "\n".join(texts).encode()
    found = compression_ratio(texts)
    assert found is not None and found == pytest.approx(len(data) / (len(gzip.compress(data)) - 12), rel=0.1)
    assert compression_ratio([]) is None
