"""Surprisal word by word: no bit and no byte is lost, and tokens belong to the word in which they end."""

from __future__ import annotations

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.prediction.surprisal import word_bits, word_bytes, words
from tests.support.table_model import PIECES, VOCABULARY, TableModel, tokenize

TEXTS = st.text(alphabet=[*"ab Rrock.\n"], max_size=30)


def uneven(text: str) -> dict[str, float]:
    """Every ordinary piece is possible, the one more than the other."""
    return {piece: 1.0 + (at + len(text)) % 7 for at, piece in enumerate(PIECES[:-2])}


@given(st.text(max_size=40))
def test_words_have_all_bytes(text: str) -> None:
    sizes = word_bytes(text)
    assert len(sizes) == len(words(text)) and all(size > 0 for size in sizes)
    assert sum(sizes) == (len(text.encode("utf-8", "replace")) if sizes else 0)


@given(TEXTS)
def test_words_have_all_bits(text: str) -> None:
    model, prompt = TableModel(uneven), (VOCABULARY.bos or 0, *tokenize("ab"))
    bits = asyncio.run(word_bits(model, prompt, text))
    scores = asyncio.run(model.score((*prompt, *tokenize(text)))).logprobs[len(prompt) - 1 :]
    whole = -sum(scores) / math.log(2)
    assert len(bits) == len(words(text)) and sum(bits) == pytest.approx(whole if bits else 0.0, abs=0.02)


def test_a_token_belongs_to_the_word_in_which_it_ends() -> None:
    def table(text: str) -> dict[str, float]:
        return {" rock": 1.0, "R": 3.0, " paper": 4.0}

    prompt = (VOCABULARY.bos or 0,)
    assert asyncio.run(word_bits(TableModel(table), prompt, " rock paper")) == [3.0, 1.0]
    assert asyncio.run(word_bits(TableModel(table), prompt, " rockR paper")) == pytest.approx(
        [3 + math.log2(8 / 3), 1.0], abs=1e-3
    )
    assert asyncio.run(word_bits(TableModel(table), (), " rock rock")) == [0.0, 3.0], (
        "the first token has no probability"
    )
    assert asyncio.run(word_bits(TableModel(table), prompt, "  ")) == []
